/** In a runtime without WebSocket: what requiring does, and what the first socket says. */

import("./watch.js").then(({ watch }) => watch()(require("networkwebsockets")));

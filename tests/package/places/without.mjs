/** In a runtime without WebSocket: what importing does, and what the first socket says. */

import { watch } from "./watch.js";

const observe = watch();
observe(await import("networkwebsockets"));

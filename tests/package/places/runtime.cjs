/** In a runtime: the package by `require`. */

const sockets = require("networkwebsockets");

import("./report.js").then(({ report }) => report(sockets));

/** In a runtime: the package by `import`. */

import * as sockets from "networkwebsockets";

import { report } from "./report.js";

await report(sockets);

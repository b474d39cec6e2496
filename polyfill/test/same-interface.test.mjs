/** The classes look as WebIDL makes WebSocket look. */
import { interfaceProbes } from "./probes-interface.mjs";
import { compareAll } from "./same.mjs";

compareAll(interfaceProbes);

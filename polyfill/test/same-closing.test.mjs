/** Sockets end as WebSocket does. */
import { closingProbes } from "./probes-closing.mjs";
import { compareAll } from "./same.mjs";

compareAll(closingProbes);

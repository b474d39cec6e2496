/** What is sent and received is converted and counted as WebSocket does it. */
import { messageProbes } from "./probes-messages.mjs";
import { compareAll } from "./same.mjs";

compareAll(messageProbes);

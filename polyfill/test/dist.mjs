/** Where the built package lies. */
import { join } from "node:path";

export const dist = join(import.meta.dirname, "../dist");

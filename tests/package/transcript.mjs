/** What `places/conversation.js` hears where all is well. */

export const CONVERSATION = {
  open: "Event",
  meeting: { ids: [true, true], peers: [true, 1] },
  texts: { broadcast: ['to all "ü"', true, true], direct: ["to you", true, true], message: [true, true] },
  bytes: [
    ["blob", 0, 128, 255],
    ["blob", 0, 128, 255],
    ["buffer", 0, 128, 255],
    ["buffer", 0, 128, 255],
  ],
  partings: [true, 0, ["close", 3000, true], ["close", 1001, true], ["close", 1005, true]],
};

/** What `miss` hears of a socket that finds no proxy. */
export const MISSED = { errors: [["proxy-not-running", true]], close: [1006, false] };

/** What `persist` hears: one error for the whole outage, the attempts, and the end of what has never been open. */
export const PERSISTED = ["error", 1, 2, 3, "error", "close"];

/** What `abandon` hears of each socket. */
export const ABANDONED = Array(3).fill([
  ["error", "unknown"],
  ["close", 1006, false],
]);

/** What `places/listener.js` hears of a parrot. */
export const PARROT = ["to all", 0, 255, "close", "disconnect"];

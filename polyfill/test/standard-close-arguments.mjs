/** What close() takes and refuses, after Close-* and interfaces/WebSocket/close. */
import { collect } from "./probes.mjs";

const { standard, probes } = collect();
export { probes as standardOfCloseArguments };

/** @type {[string, string, unknown[]][]} */
const TAKEN = [
  ["nothing", "", [1005, "", true]],
  ["undefined", "undefined", [1005, "", true]],
  ["undefined twice", "undefined, undefined", [1005, "", true]],
  ["1000", "1000", [1000, "", true]],
  ["1000 and a reason", '1000, "Clean Close"', [1000, "Clean Close", true]],
  ["1000 and no reason", '1000, ""', [1000, "", true]],
  ["3000", "3000", [3000, "", true]],
  ["3000 and a reason", '3000, "Clean Close with code - 3000"', [3000, "Clean Close with code - 3000", true]],
  ["4999 and a reason", '4999, "Clean Close with code - 4999"', [4999, "Clean Close with code - 4999", true]],
  ["a reason of 123 bytes", '1000, "x".repeat(123)', [1000, "x".repeat(123), true]],
  ["a reason of 123 bytes in UTF-8", '1000, "€".repeat(41)', [1000, "€".repeat(41), true]],
  ["a reason with a pair", '1000, "\\ud801\\udc07"', [1000, "\ud801\udc07", true]],
  ["a reason with half a pair", '1000, "\\ud807"', [1000, "\ufffd", true]],
  ["a reason with a null", '1000, "a\\u0000b"', [1000, "a\0b", true]],
  ["a reason that is an object", "1000, { toString: () => 'why' }", [1000, "why", true]],
  ["a reason that is null", "1000, null", [1000, "null", true]],
  ["a code that is an object", "{ valueOf: () => 3333 }", [3333, "", true]],
  ["a code that is a text", '"3001"', [3001, "", true]],
];
for (const [name, args, expected] of TAKEN) {
  standard(
    `close(): ${name}`,
    [undefined, 2, expected],
    `(async () => {
      const ws = await open();
      const told = [ws.close(${args}), ws.readyState];
      const { code, reason, wasClean } = await next(ws, "close");
      return [...told, [code, reason, wasClean]];
    })()`,
  );
}

const INVALID_CODES = "0, 500, 999, 1001, 1004, 1005, 1006, 1015, 2999, 5000, NaN, Infinity, null, 'string', 66536, -1";
/** @type {[string, string, string, number][]} */
const REFUSED = [
  ["codes", `${INVALID_CODES}`, "InvalidAccessError", 16],
  ["a reason as the code", "'only a reason'", "InvalidAccessError", 1],
];
for (const [name, codes, error, count] of REFUSED) {
  for (const when of ["make()", "await open()"]) {
    standard(
      `close() refuses ${name}: ${when}`,
      [Array(count).fill(error), true],
      `(async () => {
        const ws = ${when};
        const { readyState } = ws;
        return [[${codes}].map((code) => thrown(() => ws.close(code))), ws.readyState === readyState];
      })()`,
    );
  }
}

for (const [name, reason] of [
  ["124 bytes", '"x".repeat(124)'],
  ["124 bytes in UTF-8", '"é".repeat(62)'],
  ["42 halves of pairs", '"\\ud807".repeat(42)'],
]) {
  standard(
    `close() refuses a reason of ${name}`,
    ["SyntaxError", 1],
    `(async () => {
    const ws = await open();
    return [thrown(() => ws.close(1000, ${reason})), ws.readyState];
  })()`,
  );
}

standard("close() judges the code before the reason", "InvalidAccessError", async () => {
  const ws = await open();
  return thrown(() => ws.close(1, "x".repeat(124)));
});

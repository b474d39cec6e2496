/** Names of topics and patterns of them, by the rules of MQTT 5.0, section 4.7: levels between slashes, `+` for one, `#` for the rest. */

/** Enough for a few levels that can be read, in characters. */
export const TOPIC_AT_MOST = 200;

/**
 * @param {unknown} topic
 * @returns {topic is string}
 */
export function isTopic(topic) {
  return isName(topic) && !/[+#]/.test(topic);
}

/**
 * @param {unknown} pattern
 * @returns {pattern is string}
 */
export function isPattern(pattern) {
  if (!isName(pattern)) return false;
  const levels = pattern.split("/");
  return levels.every(
    (level, at) => level === "+" || (level === "#" && at === levels.length - 1) || !/[+#]/.test(level),
  );
}

/**
 * @param {string} pattern
 * @returns {(topic: string) => boolean} whether a topic fits the pattern
 */
export function matcher(pattern) {
  if (!/[+#]/.test(pattern)) return (topic) => topic === pattern;
  const wanted = pattern.split("/");
  const rest = wanted.at(-1) === "#";
  if (rest) wanted.pop();
  const hidden = rest && !wanted.length ? "" : wanted[0];
  return (topic) => {
    // A wildcard in front does not reveal what begins with $.
    if (topic[0] === "$" && hidden[0] !== "$") return false;
    const levels = topic.split("/");
    if (rest ? levels.length < wanted.length : levels.length !== wanted.length) return false;
    return wanted.every((level, at) => level === "+" || level === levels[at]);
  };
}

/**
 * @param {unknown} text
 * @returns {text is string}
 */
function isName(text) {
  return (
    typeof text === "string" &&
    text !== "" &&
    text.length <= TOPIC_AT_MOST &&
    !text.includes("\0") &&
    text.isWellFormed()
  );
}

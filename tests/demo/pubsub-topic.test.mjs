/** Topics, and patterns of them. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isPattern, matcher } from "../../demo/pubsub/topic.js";

test("patterns match by level, as those of MQTT do", () => {
  /** @type {[pattern: string, fitting: string[], others: string[]][]} */
  const table = [
    [
      "sport/tennis/player1/#",
      ["sport/tennis/player1", "sport/tennis/player1/ranking", "sport/tennis/player1/score/wimbledon"],
      ["sport/tennis", "sport/tennis/player10"],
    ],
    ["sport/#", ["sport", "sport/"], ["sports"]],
    ["#", ["a", "/", "a/b/c", ""], ["$SYS", "$SYS/a"]],
    ["sport/tennis/+", ["sport/tennis/player1", "sport/tennis/"], ["sport/tennis/player1/ranking", "sport/tennis"]],
    ["sport/+", ["sport/"], ["sport", "sport/a/b"]],
    ["+", ["finance", ""], ["/finance", "$SYS"]],
    ["+/+", ["/finance", "a/b"], ["finance", "$SYS/a"]],
    ["/+", ["/finance"], ["finance"]],
    ["+/tennis/#", ["sport/tennis", "a/tennis/b/c"], ["sport/golf", "$a/tennis"]],
    ["+/monitor/Clients", ["a/monitor/Clients"], ["$SYS/monitor/Clients"]],
    ["$SYS/#", ["$SYS", "$SYS/a/b"], ["SYS/a"]],
    ["$SYS/monitor/+", ["$SYS/monitor/Clients"], ["$SYS/monitor"]],
    ["a/b", ["a/b"], ["a/b/", "A/b", "/a/b"]],
    ["__proto__/+", ["__proto__/x"], ["x/x"]],
  ];
  for (const [pattern, fitting, others] of table) {
    assert.ok(isPattern(pattern), pattern);
    for (const topic of fitting) assert.equal(matcher(pattern)(topic), true, `${pattern} fits ${topic}`);
    for (const topic of others) assert.equal(matcher(pattern)(topic), false, `${pattern} does not fit ${topic}`);
  }
});

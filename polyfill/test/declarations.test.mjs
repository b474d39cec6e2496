/** What the declarations say of the classes, member by member, is what they have at run time. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { dist } from "./dist.mjs";

const CLASS = /^(?:export )?declare (?:abstract )?class (\w+)(?: extends (\w+))?.* \{(\}|[^]*?\n\})/gm;
const MEMBER = /^  (static )?(?:readonly )?(?:([gs]et) )?(\w+)[(<:]/gm;

const declarations = await readFile(join(dist, "networkwebsockets.d.ts"), "utf8");
const classes = new Map(Array.from(declarations.matchAll(CLASS), ([, name, parent, body]) => [name, { parent, body }]));
const sockets = await import(join(dist, "networkwebsockets.mjs"));

/**
 * `get` and `set` of attributes, or `value`, by name.
 * @typedef {Record<string, string[]>} Members
 */

/**
 * Of a class: `statics` or not.
 * @param {string} name
 * @param {boolean} statics
 * @returns {Members}
 */
function declared(name, statics) {
  const { parent, body } = classes.get(name) ?? { parent: "", body: "" };
  // Only what is exported is there at run time.
  /** @type {Members} */
  const members = classes.has(parent) && !(parent in sockets) ? declared(parent, statics) : {};
  for (const [, isStatic, accessor, member] of body.matchAll(MEMBER)) {
    if (Boolean(isStatic) === statics && member !== "constructor" && !(member in EventTarget.prototype)) {
      members[member] = [...(members[member] ?? []), accessor ?? "value"];
    }
  }
  return members;
}

/**
 * The same of an object.
 * @param {object} holder
 * @param {(name: string) => boolean} ours
 */
function present(holder, ours) {
  const members = Object.entries(Object.getOwnPropertyDescriptors(holder)).filter(([name]) => ours(name));
  /** @param {PropertyDescriptor} descriptor */
  const kinds = (descriptor) => ["get", "set", "value"].filter((kind) => Reflect.get(descriptor, kind) !== undefined);
  return Object.fromEntries(members.map(([name, descriptor]) => [name, kinds(descriptor)]));
}

for (const name of ["NetworkWebSocket", "LocalWebSocket", "PeerWebSocket"]) {
  test(`${name} has the declared members`, () => {
    assert.deepEqual(
      present(sockets[name].prototype, (member) => member !== "constructor"),
      declared(name, false),
    );
  });

  test(`${name} has the declared statics`, () => {
    const everyFunction = ["length", "name", "prototype"];
    assert.deepEqual(
      present(sockets[name], (member) => !everyFunction.includes(member)),
      declared(name, true),
    );
  });
}

/** The chat between two machines, on a network that leads nowhere else. */

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { people, said, say } from "../browser/chatting.mjs";
import { Lan } from "../browser/lan.mjs";
import { attach, card, chosenPlace, png, savedHash } from "./chatting-files.mjs";
import { end, enter } from "./visit.mjs";

const CHAT = "http://localhost:9009/demo/chat/";
const LARGE = 40 * 1024 * 1024;

/** @type {Lan} */
let lan;
/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "nws-chat-"));
  lan = await Lan.start(2);
});
after(async () => {
  await lan?.stop();
  if (folder) await rm(folder, { recursive: true });
});

test("people of two machines talk, and hand each other pictures and large files", async () => {
  const [ann, bob] = [
    await enter(lan.browsers[0], CHAT, "Ann", "machines"),
    await enter(lan.browsers[1], CHAT, "Bob", "machines"),
  ];
  await people(ann).filter({ hasText: "Bob" }).waitFor();
  await people(bob).filter({ hasText: "Ann" }).waitFor();
  await say(ann, "hello over there");
  await said(bob, "hello over there").filter({ hasText: "Ann" }).waitFor();
  await attach(bob, { name: "here.png", mimeType: "image/png", buffer: png(320, 200) });
  await card(ann, "here.png").getByRole("img").waitFor();
  const [path, bytes] = [join(folder, "large.bin"), randomBytes(LARGE)];
  await writeFile(path, bytes);
  await chosenPlace(bob);
  await attach(ann, path);
  await bob.getByRole("button", { name: "Save large.bin" }).click();
  await card(bob, "large.bin").getByText("Complete, and saved.").waitFor();
  assert.equal(
    await savedHash(bob, "large.bin"),
    createHash("sha256")
      .update(await readFile(path))
      .digest("hex"),
  );
  await end(ann, bob);
});

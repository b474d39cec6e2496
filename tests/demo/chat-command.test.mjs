/** Files between the chat in Chromium and the command `nws`. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";

import { people } from "../browser/chatting.mjs";
import { within } from "../browser/deadline.mjs";
import { PROGRAM } from "../browser/proxy.mjs";
import { world } from "../browser/world.mjs";
import { attach, card } from "./chatting-files.mjs";
import { end, enter as visit } from "./visit.mjs";

/** @import { ChildProcessByStdio } from "node:child_process" */
/** @import { Readable } from "node:stream" */

const MIB = 1024 * 1024;

const here = world();
/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "nws-chat-command-"));
});
after(() => folder && rm(folder, { recursive: true }));

/** @param {Uint8Array} bytes */
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** @param {string} channel */
const enter = (channel) => visit(here.browser, `${here.proxy.http}/demo/chat/`, "Ann", channel);

/**
 * A command, which is ended with its test.
 * @param {import("node:test").TestContext} t
 * @param {string[]} words
 */
function nws(t, ...words) {
  const env = { ...process.env, NWS_PORT: String(here.proxy.port) };
  const child = spawn(PROGRAM, words, { env, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill());
  return child;
}

/** @param {ChildProcessByStdio<null, Readable, null>} child */
async function status(child) {
  const [code] = await within("the end of nws", once(child, "exit"));
  return code;
}

test("what nws send offers is shown in the chat and arrives whole", async (t) => {
  const page = await enter("from-command");
  const bytes = randomBytes(3 * MIB + 17);
  const path = join(folder, "from the shell.bin");
  await writeFile(path, bytes);
  const sender = nws(t, "send", "from-command", path);
  const ended = status(sender);
  await people(page).filter({ hasText: "nws" }).waitFor();
  const arrived = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save from the shell.bin", exact: true }).click();
  const download = await arrived;
  assert.equal(download.suggestedFilename(), "from the shell.bin");
  assert.equal(sha256(await readFile(await download.path())), sha256(bytes));
  assert.equal(await ended, 0);
  await end(page);
});

test("a file of the chat is saved by nws listen, which says where it is", async (t) => {
  const page = await enter("to-command");
  const place = join(folder, "saved");
  const receiver = nws(t, "listen", "to-command", "--save", place, "--count", "1");
  const ended = status(receiver);
  const line = within("the line with the path", once(createInterface(receiver.stdout), "line"));
  await people(page).filter({ hasText: "nws" }).waitFor();
  const bytes = randomBytes(MIB + 1);
  await attach(page, { name: "from the page.bin", mimeType: "", buffer: bytes });
  assert.deepEqual(await line, [join(place, "from the page.bin")]);
  assert.equal(await ended, 0);
  assert.deepEqual(await readdir(place), ["from the page.bin"]);
  assert.equal(sha256(await readFile(join(place, "from the page.bin"))), sha256(bytes));
  await card(page, "from the page.bin").getByText("1 person has it.").waitFor();
  await end(page);
});

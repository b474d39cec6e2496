/** Publish/subscribe between two machines without a way out. */

import { after, before, test } from "node:test";

import { Lan } from "../browser/lan.mjs";
import { counts } from "../browser/settled.mjs";
import { picture } from "../browser/world.mjs";
import { end, enter } from "./visit.mjs";

const ADDRESS = "http://localhost:9009/demo/pubsub/";
/** @type {Lan} */
let lan;

before(async () => {
  lan = await Lan.start(2);
});
after(() => lan?.stop());

test("windows on two machines share a log-in and a lamp, and whoever comes later gets what is there", async () => {
  const [ann, bob] = await Promise.all(
    ["Ann", "Bob"].map((name, number) => enter(lan.browsers[number], ADDRESS, name, "two-machines")),
  );
  await ann.getByText("Also here: Bob").waitFor();
  await bob.getByText("Also here: Ann").waitFor();
  await ann.getByRole("button", { name: "Log in as Ann" }).click();
  await bob.getByRole("status", { name: "Log-in" }).filter({ hasText: "Ann is logged in" }).waitFor();
  await bob.getByLabel("Brightness").fill("35");
  await ann.getByText("35 %", { exact: true }).waitFor();
  await end(ann);
  const late = await enter(lan.browsers[0], ADDRESS, "Late", "two-machines");
  await late.getByText("35 %", { exact: true }).waitFor();
  await late.getByRole("status", { name: "Log-in" }).filter({ hasText: "Ann is logged in" }).waitFor();
  await counts(late.locator("#topics tr"), 2);
  await picture(late, "pubsub-lan");
  await end(bob, late);
});

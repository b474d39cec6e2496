process.on("exit", () => { for (const p of globalThis.proxies ?? []) p.stop(); });
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import net from "node:net";
import WebSocket from "ws";
import { launch, tab } from "./world.mjs";
import { NwsProxy, PROGRAM } from "./proxy.mjs";
const port = async () => { const s = net.createServer().listen(0, "127.0.0.1"); await once(s, "listening"); const p = s.address().port; s.close(); await once(s,"close"); return p; };
const links = [await port(), await port(), await port(), await port()];
const dead = await port();
const proxies = (globalThis.proxies = []);
for (const [i, p] of links.entries()) {
  const flags = ["--link-port", String(p), "--interface", "lo"];
  if (i === 0) { for (const q of links.slice(1)) flags.push("--peer", `127.0.0.1:${q}`); if (process.argv[2] === "trouble") flags.push("--peer", `127.0.0.1:${dead}`, "--peer", "nowhere.invalid:9010"); }
  proxies.push(await NwsProxy.start(...flags));
}
const token = readFileSync(`/root/.local/state/nws/token-${proxies[0].port}`, "utf8").trim();
const sockets = [];
const join = async (n, name) => { const s = new WebSocket(`${proxies[n].ws}/${name}`); sockets.push(s); await once(s, "open"); return s; };
for (const [name, ...ns] of [["lobby",0,0,1,2,3,3],["whiteboard",0,1,1],["local/only-here",0,0],["sensors/temperature".replace("/","-"),0,2],["a-very-long-channel-name-that-nobody-would-ever-type-by-hand-but-programs-do",0]]) for (const n of ns) await join(n, name);
let n = 0;
const timer = setInterval(() => { n++; for (const s of sockets.slice(0, 8)) if (Math.random() < .5 + Math.sin(n/40)/2) s.send(JSON.stringify({ action: "broadcast", data: "x".repeat(Math.random()*300) })); }, 100);
let slow;
if (process.argv[2] === "trouble") { slow = await join(0, "lobby"); slow._socket.pause(); const s = sockets[0]; for (let i = 0; i < 60; i++) s.send(JSON.stringify({ action: "broadcast", data: "y".repeat(60000) })); }
const browser = await launch();
const name = process.argv[2] ?? "links";
for (const [label, options] of [["light", { viewport: { width: 1280, height: 720 } }], ["dark", { viewport: { width: 1280, height: 720 }, colorScheme: "dark" }], ["phone", { viewport: { width: 390, height: 844 } }]]) {
  const page = await tab(browser, options);
  await page.addInitScript((t) => sessionStorage.setItem("networkwebsockets-token", t), label === "dark" && process.argv[3] ? "" : token);
  await page.goto(`${proxies[0].http}/`);
  await page.waitForTimeout(2500);
  if (label !== "phone") await page.locator(".picker select").selectOption({ index: 1 });
  await page.waitForTimeout(label === "light" ? 4000 : 9000);
  await page.screenshot({ path: `/tmp/shots-con/${name}-${label}.png`, fullPage: label === "phone" });
  for (const view of ["channels", "events", "tester"]) {
    await page.goto(`${proxies[0].http}/#/${view}`);
    await page.waitForTimeout(1500);
    if (view === "channels") { const b = page.locator(".choose"); if (!(await b.first().getAttribute("aria-pressed") === "true")) await b.first().click(); await page.waitForTimeout(1000); }
    await page.screenshot({ path: `/tmp/shots-con/${name}-${label}-${view}.png` });
  }
  console.log(label, page.faults, await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]));
  await page.context().close();
}
clearInterval(timer);
await browser.close();
for (const s of sockets) s.terminate();
slow?.terminate();
await Promise.all(proxies.map((p) => p.stop()));

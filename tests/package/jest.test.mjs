/** The installed package under Jest, by the two ways that the README of the package names. */

import { after, before, test } from "node:test";

import { NwsProxy } from "../browser/proxy.mjs";
import { succeed } from "./program.mjs";
import { installed, Project, tool } from "./project.mjs";
import { NODE_24 } from "./runtimes.mjs";
import { CONVERSATION } from "./transcript.mjs";

const COMMON_JS = {
  testMatch: ["**/jested.js"],
  transform: {
    "\\.m?js$": [installed("babel-jest"), { plugins: [installed("@babel/plugin-transform-modules-commonjs")] }],
  },
  transformIgnorePatterns: ["/node_modules/(?!networkwebsockets/)"],
};
const MODULES = { testMatch: ["**/jested.js"], transform: {} };

/** @type {Project} */
let project;
/** @type {NwsProxy} */
let proxy;

before(async () => {
  project = await Project.make({
    "common.json": JSON.stringify(COMMON_JS),
    "modules.json": JSON.stringify(MODULES),
  });
  proxy = await NwsProxy.start();
});

after(async () => {
  await proxy?.stop();
  await project?.remove();
});

for (const [how, config, options] of [
  ["CommonJS mode, which translates it", "common.json", ""],
  ["module mode", "modules.json", "--experimental-vm-modules"],
]) {
  for (const [environment, expected] of Object.entries({
    node: { conversation: CONVERSATION },
    jsdom: { error: "No TextEncoder here: browsers and Node 22 or later have one" },
  })) {
    test(`Jest in ${how}, with ${environment}`, async () => {
      const variables = [`NODE_OPTIONS=${options}`, `ENDPOINT=${proxy.ws}`, `EXPECTED=${JSON.stringify(expected)}`];
      const jest = [NODE_24.program, tool("jest"), "--config", config, "--env", environment, "--no-cache"];
      await succeed("env", [...variables, ...jest], project.folder);
    });
  }
}

/** TypeScript finds the types of the installed package, in both of the ways in which projects look for packages. */

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { run } from "./program.mjs";
import { Project, tool } from "./project.mjs";

const OPTIONS = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2022,dom"];
const WAYS = [
  ["bundler", "esnext", "typed.ts"],
  ["nodenext", "nodenext", "typed.ts"],
  ["nodenext", "nodenext", "required.cts"],
];

/** @type {Project} */
let project;

before(async () => {
  project = await Project.make({
    "mistyped.ts": "import { NetworkWebSocket } from 'networkwebsockets';\nnew NetworkWebSocket(9);\n",
  });
});
after(() => project?.remove());

for (const [resolution, module, file] of WAYS) {
  /** @param {string[]} files */
  const compile = (...files) =>
    run(tool("tsc"), [...OPTIONS, "--module", module, "--moduleResolution", resolution, ...files], project.folder);

  test(`${file} with moduleResolution ${resolution}`, async () => {
    assert.deepEqual(await compile(file), { status: 0, stdout: "", stderr: "" });
    const { stdout } = await compile("mistyped.ts");
    assert.match(stdout, /^mistyped\.ts\(2,22\): error TS2345/);
  });
}

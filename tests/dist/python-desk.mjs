/** A desk with Python and uv, which finds packages in the folder of the wheels and nowhere else. */

import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { folder, tool } from "./artefacts.mjs";
import { Desk } from "./desk.mjs";

/** @import { Until } from "./desk.mjs" */

export const PACKAGE = "networkwebsockets-proxy";

export class PythonDesk {
  /** @param {Until} t */
  static async during(t) {
    const desk = await Desk.during(t);
    await desk.add(tool("uv"), tool("uvx"));
    Object.assign(desk.env, {
      UV_CACHE_DIR: join(desk.home, "uv cache"),
      UV_PYTHON: PYTHON,
      UV_PYTHON_DOWNLOADS: "never",
      UV_OFFLINE: "1",
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
    });
    return new PythonDesk(desk);
  }

  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** Flags of uv and pip. */
    this.source = ["--no-index", "--find-links", folder("wheels")];
  }

  /**
   * A virtual environment. Returns the folder of its programs.
   * @param {string} name
   */
  async environment(name) {
    const path = join(this.desk.home, name);
    const { status, stdout, stderr } = await this.desk.run(PYTHON, "-m", "venv", path);
    if (status !== 0) throw new Error(`no virtual environment: on Debian install python3-venv\n${stdout}${stderr}`);
    return join(path, "bin");
  }
}

/** The program behind `python3`, which some version managers hide behind a script that needs their settings. */
const PYTHON = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();

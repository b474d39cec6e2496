/** What a test file of pages starts before its tests and ends after them: a proxy, a project, its site, a Chromium. */

import assert from "node:assert/strict";
import { after, before } from "node:test";

import { within } from "../browser/deadline.mjs";
import { NwsProxy } from "../browser/proxy.mjs";
import { folder, Site } from "../browser/site.mjs";
import { launch, tab } from "../browser/world.mjs";
import { Project } from "./project.mjs";
import { CONVERSATION, PARROT } from "./transcript.mjs";

/** @import { Browser } from "playwright-core" */

/** @param {Record<string, string>} [files] of the project, beside those of `places`; none for no project */
export function place(files) {
  const started = new Place();
  before(() => started.start(files));
  after(() => started.stop());
  return started;
}

/**
 * @template Thing
 * @param {Thing | null} thing
 */
function present(thing) {
  if (thing === null) throw new Error("This is there while tests run, and where it was asked for.");
  return thing;
}

/** All of it is there while tests run; `project` and `site` where there are files. */
class Place {
  /** @type {NwsProxy | null} */
  #proxy = null;
  /** @type {Browser | null} */
  #browser = null;
  /** @type {Project | null} */
  #project = null;
  /** @type {Site | null} */
  #site = null;

  /** @param {Record<string, string>} [files] */
  async start(files) {
    this.#proxy = await NwsProxy.start();
    this.#browser = await launch();
    if (files) {
      this.#project = await Project.make(files);
      this.#site = await Site.start("localhost", folder(this.#project.folder));
    }
  }

  async stop() {
    await this.#browser?.close();
    await this.#site?.stop();
    await this.#proxy?.stop();
    await this.#project?.remove();
  }

  get proxy() {
    return present(this.#proxy);
  }

  get browser() {
    return present(this.#browser);
  }

  get project() {
    return present(this.#project);
  }

  get site() {
    return present(this.#site);
  }

  /**
   * What a page promises as `heard`, where nothing in it may fail.
   * @param {string} url
   */
  async hears(url) {
    const page = await tab(this.browser);
    await page.goto(`${url}?${new URLSearchParams({ proxy: this.proxy.ws })}`);
    const heard = await within(
      `what ${url} hears`,
      page.evaluate(() => globalThis.heard),
    );
    assert.deepEqual(page.faults, []);
    await page.context().close();
    return heard;
  }

  /**
   * A page in which two sockets talk.
   * @param {string} url
   */
  async converses(url) {
    assert.deepEqual(await this.hears(url), CONVERSATION);
  }

  /**
   * A page that talks with a worker.
   * @param {string} url
   */
  async listens(url) {
    assert.deepEqual(await this.hears(url), PARROT);
  }
}

/** What scoop and winget take has the keys that they know, and fits the release. */

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { succeed } from "../package/program.mjs";
import { isReleased, leftOut, ruby, text } from "./channel.mjs";
import { CHANNELS, RELEASE, VERSION } from "./release.mjs";
import { need } from "./tool.mjs";

test("scoop: the manifest has what scoop documents, and the archive", { skip: leftOut("windows") }, async () => {
  const manifest = JSON.parse(text("scoop/nws.json"));
  const { url, hash, extract_dir } = manifest.architecture["64bit"];
  isReleased({ url, sha256: hash }, "windows");
  assert.deepEqual(Object.keys(manifest).toSorted(), [
    "architecture",
    "autoupdate",
    "bin",
    "checkver",
    "description",
    "homepage",
    "license",
    "notes",
    "version",
  ]);
  assert.equal(manifest.version, VERSION);
  const later = manifest.autoupdate.architecture["64bit"];
  assert.equal(later.url.replaceAll("$version", VERSION), url);
  assert.equal(later.extract_dir.replaceAll("$version", VERSION), extract_dir);
  assert.ok((await listed(url)).includes(`${extract_dir}/${manifest.bin}`));
});

/** What the schemas of winget 1.12.0 say of the keys in use: whether a key is needed, and how its value looks. */
const WINGET = {
  any: {
    PackageIdentifier: /^[^.\s\\/:*?"<>|]{1,32}(\.[^.\s\\/:*?"<>|]{1,32}){1,7}$/,
    PackageVersion: /^[^\\/:*?"<>|]{1,128}$/,
    ManifestType: /^(version|installer|defaultLocale)$/,
    ManifestVersion: /^1\.12\.0$/,
  },
  version: { DefaultLocale: /^[a-zA-Z]{2,3}(-[a-zA-Z]{1,8})*$/ },
  installer: {
    InstallerType: /^zip$/,
    NestedInstallerType: /^portable$/,
    NestedInstallerFiles: /^\[.*\]$/,
    Commands: /^\["\w{1,40}"\]$/,
    UpgradeBehavior: /^(install|uninstallPrevious|deny)$/,
    ReleaseDate: /^\d{4}-\d\d-\d\d$/,
    Installers: /^\[.*\]$/,
  },
  defaultLocale: {
    PackageLocale: /^[a-zA-Z]{2,3}(-[a-zA-Z]{1,8})*$/,
    Publisher: /^.{2,256}$/,
    PublisherUrl: /^https:\/\/.{1,2040}$/,
    PublisherSupportUrl: /^https:\/\/.{1,2040}$/,
    PackageName: /^.{2,256}$/,
    PackageUrl: /^https:\/\/.{1,2040}$/,
    License: /^.{3,512}$/,
    LicenseUrl: /^https:\/\/.{1,2040}$/,
    ShortDescription: /^.{3,256}$/,
    Moniker: /^.{1,40}$/,
    Tags: /^\[("[^"]{1,40}",?){1,16}\]$/,
    ReleaseNotesUrl: /^https:\/\/.{1,2040}$/,
  },
};

/**
 * The manifest has the keys of its kind, and no other.
 * @param {Record<string, unknown>} manifest
 * @param {"version" | "installer" | "defaultLocale"} kind
 */
function isOfWinget(manifest, kind) {
  const rules = Object.entries({ ...WINGET.any, ...WINGET[kind] });
  assert.deepEqual(Object.keys(manifest).toSorted(), rules.map(([key]) => key).toSorted());
  assert.equal(manifest.ManifestType, kind);
  for (const [key, rule] of rules) {
    const value = manifest[key];
    assert.match(typeof value === "string" ? value : JSON.stringify(value), rule, key);
  }
}

test("winget: the three manifests are of one package, and have the archive", { skip: leftOut("windows") }, async () => {
  const names = readdirSync(join(CHANNELS, "winget"));
  const [version, installer, locale] = await Promise.all(
    ["", ".installer", ".locale.en-US"].map((kind) => {
      assert.ok(names.includes(`NetworkWebSockets.NWS${kind}.yaml`));
      return ruby("puts JSON.dump(YAML.load_file(ARGV[0]))", `winget/NetworkWebSockets.NWS${kind}.yaml`);
    }),
  );
  isOfWinget(version, "version");
  isOfWinget(installer, "installer");
  isOfWinget(locale, "defaultLocale");
  for (const manifest of [version, installer, locale]) {
    assert.equal(manifest.PackageIdentifier, "NetworkWebSockets.NWS");
    assert.equal(manifest.PackageVersion, VERSION);
  }
  assert.equal(version.DefaultLocale, locale.PackageLocale);
  const [{ Architecture, InstallerUrl, InstallerSha256 }] = installer.Installers;
  assert.equal(Architecture, "x64");
  isReleased({ url: InstallerUrl, sha256: InstallerSha256 }, "windows");
  const [{ RelativeFilePath, PortableCommandAlias }] = installer.NestedInstallerFiles;
  assert.equal(PortableCommandAlias, "nws");
  assert.ok((await listed(InstallerUrl)).includes(RelativeFilePath.replaceAll("\\", "/")));
});

/** The files of a zip of the release. @param {string} url */
async function listed(url) {
  const program = "import sys, zipfile; print('\\n'.join(zipfile.ZipFile(sys.argv[1]).namelist()))";
  const { stdout } = await succeed(need("python3"), ["-c", program, url.slice(url.lastIndexOf("/") + 1)], RELEASE);
  return stdout.trim().split("\n");
}

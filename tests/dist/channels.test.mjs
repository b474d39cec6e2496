/** What other package managers take is what their own tools can read, and fits the release. */

import assert from "node:assert/strict";
import { cpSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { succeed } from "../package/program.mjs";
import { hasBuilt, isReleased, leftOut, ruby, text } from "./channel.mjs";
import { CHANNELS, RELEASE, VERSION, emptyFolder } from "./release.mjs";
import { need } from "./tool.mjs";

const NOBODY = 65534;

/** As much of Homebrew as a formula needs to say what it installs on a platform. */
const HOMEBREW = `
  OS, CPU, BITS = ARGV[1], ARGV[2], ARGV[3] == "64"
  module Hardware; module CPU; def self.is_64_bit? = BITS; end; end
  class Formula
    %w[desc homepage version license url sha256].each do |field|
      define_singleton_method(field) { |value| (@@said ||= {})[field] = value }
    end
    def self.on_macos = OS == "macos" && yield
    def self.on_linux = OS == "linux" && yield
    def self.on_arm = CPU == "arm" && yield
    def self.on_intel = CPU == "intel" && yield
    def self.odie(words) = @@said[:odie] = words
    def self.service(&block) = @@service = block
    def self.test = nil
    def self.said = @@said
  end
  load ARGV[0]
  puts JSON.dump(Formula.said)`;

test("Homebrew: the formula is Ruby, and each platform gets its archive", async () => {
  await succeed(need("ruby"), ["-wc", "homebrew/nws.rb"], CHANNELS);
  const platforms = [
    ["macos", "arm", "64", "aarch64-apple-darwin"],
    ["macos", "intel", "64", "x86_64-apple-darwin"],
    ["linux", "arm", "64", "aarch64-unknown-linux-musl"],
    ["linux", "arm", "32", "armv7-unknown-linux-musleabihf"],
    ["linux", "intel", "64", "x86_64-unknown-linux-musl"],
  ];
  for (const [system, processor, bits, triple] of platforms) {
    const said = await ruby(HOMEBREW, "homebrew/nws.rb", system, processor, bits);
    assert.equal(said.version, VERSION);
    assert.ok(said.desc.length <= 80 && /^[A-Z](?!n? ).*[^.]$/.test(said.desc), said.desc);
    if (hasBuilt(triple)) isReleased(said, triple);
    else assert.equal(said.odie, "there is no build for this platform");
  }
});

test("Homebrew: the service runs the proxy", async () => {
  const service = `
    ${HOMEBREW.slice(0, HOMEBREW.lastIndexOf("puts"))}
    class Said < BasicObject
      def said = @said ||= {}
      def opt_bin = ::Pathname.new("bin")
      def var = ::Pathname.new("var")
      def method_missing(name, value) = said[name] = value
    end
    said = Said.new
    said.instance_eval(&Formula.class_variable_get(:@@service))
    puts JSON.dump(said.said)`;
  const said = await ruby(
    `require "pathname"; class Pathname; def /(o) = self + o; end; ${service}`,
    "homebrew/nws.rb",
    "linux",
    "intel",
    "64",
  );
  assert.deepEqual(said, {
    run: ["bin/nws", "run"],
    keep_alive: true,
    log_path: "var/log/nws.log",
    error_log_path: "var/log/nws.log",
  });
});

test("AUR: makepkg builds the package, and writes the same .SRCINFO", { skip: leftOut("linux") }, async (t) => {
  const place = await emptyFolder(t);
  cpSync(join(CHANNELS, "aur"), place, { recursive: true });
  for (const name of readdirSync(RELEASE))
    if (name.includes("linux")) symlinkSync(join(RELEASE, name), join(place, name));
  const { stdout } = await makepkg(place, "--printsrcinfo");
  assert.equal(stdout.trim(), text("aur/.SRCINFO").trim());
  await makepkg(place, "--nodeps", "--noconfirm");
  const made = readdirSync(place).find((name) => name.includes(".pkg.tar")) ?? "";
  const { stdout: names } = await succeed("tar", ["-tf", made], place);
  for (const file of [
    "usr/bin/nws",
    "usr/share/man/man1/nws.1.gz",
    "usr/share/bash-completion/completions/nws",
    "usr/share/zsh/site-functions/_nws",
    "usr/share/fish/vendor_completions.d/nws.fish",
    "usr/share/licenses/nws-bin/LICENSE",
  ]) {
    assert.ok(names.split("\n").includes(file), `${file} is not in ${names}`);
  }
});

/** makepkg refuses to run as root. @param {string} place @param {string[]} args */
async function makepkg(place, ...args) {
  for (const tool of ["makepkg", "bsdtar", "fakeroot"]) need(tool);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await succeed("chown", ["-R", String(NOBODY), place], "/");
  const user = isRoot ? [need("setpriv"), `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"] : [];
  // There is no pacman on Debian, and nothing for it to do.
  const variables = [
    `HOME=${place}`,
    "PACMAN=true",
    "PKGEXT=.pkg.tar",
    `CARCH=${process.arch === "x64" ? "x86_64" : "aarch64"}`,
  ];
  const [program, ...words] = [...user, "env", ...variables, "makepkg", ...args];
  return succeed(program, words, place);
}

test("Nix: the flake has each archive by its hash", async () => {
  const flake = "(import ./flake.nix).outputs { self = {}; nixpkgs = { inherit legacyPackages; }; }";
  // As much of Nixpkgs as the flake asks for before it builds.
  const packages =
    "{ stdenvNoCC.mkDerivation = it: it; fetchurl = it: it; installShellFiles = {}; lib = \
{ licenses.mit = {}; sourceTypes.binaryNativeCode = {}; }; }";
  const systems = '[ "x86_64-linux" "aarch64-linux" "armv7l-linux" "aarch64-darwin" "x86_64-darwin" ]';
  const legacy = `legacyPackages = builtins.listToAttrs (map (name: { inherit name; value = ${packages}; }) ${systems});`;
  const expression = `let ${legacy} in builtins.mapAttrs (system: it: it.default.src) (${flake}).packages`;
  const args = ["--eval", "--strict", "--json", "--expr", expression];
  const { stdout } = await succeed(need("nix-instantiate"), args, join(CHANNELS, "nix"));
  /** @type {[string, { url: string, hash: string }][]} */
  const sources = Object.entries(JSON.parse(stdout));
  assert.ok(sources.length > 0);
  for (const [system, { url, hash }] of sources) {
    const part = { x86_64: "x86_64", aarch64: "aarch64", armv7l: "armv7" }[system.split("-")[0]];
    assert.match(hash, /^sha256-/);
    isReleased({ url, sha256: Buffer.from(hash.slice("sha256-".length), "base64").toString("hex") }, `-${part}-`);
  }
});

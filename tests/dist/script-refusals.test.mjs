/** The install script refuses what is wrong, says what to do, and leaves nothing. */

import assert from "node:assert/strict";
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { cut, half, page } from "./mirror.mjs";
import { Person, SHELLS } from "./person.mjs";
import { OtherRelease, VERSION, archiveOf, files, read, sha256 } from "./release.mjs";
import { need } from "./tool.mjs";

const ARCHIVE = archiveOf(VERSION);
const NOBODY = 65534;

/**
 * Runs the script, which must refuse and change nothing.
 * @param {Person} person
 * @param {RegExp} words
 * @param {string[]} args
 */
async function refuses(person, words, ...args) {
  const before = person.has();
  const { status, stdout, stderr } = await person.run(...args);
  assert.equal(status, 1, stdout + stderr);
  assert.match(stderr, words);
  assert.match(stderr, /^error: /m);
  assert.deepEqual(person.has(), before);
}

for (const shell of SHELLS) {
  test(`${shell.join(" ")} refuses an archive with another hash`, async (t) => {
    const { person } = await Person.with(t, {
      [VERSION]: { ...files(), [ARCHIVE]: Buffer.concat([read(ARCHIVE), Buffer.from("!")]) },
    });
    person.shell = shell;
    await refuses(person, /has the wrong SHA-256: the download may be damaged or forged/);
  });

  test(`${shell.join(" ")} refuses a list of sums with a wrong signature`, async (t) => {
    const forged = Buffer.from("forged");
    const sums = `${sha256(forged)}  ${ARCHIVE}\n`;
    const { person, mirror } = await Person.with(t, { [VERSION]: { ...files(), [ARCHIVE]: forged, SHA256SUMS: sums } });
    person.shell = shell;
    person.give("minisign");
    await refuses(person, /the signature of SHA256SUMS is wrong/);
    assert.deepEqual(mirror.asked, ["SHA256SUMS", "SHA256SUMS.minisig"]);
  });

  test(`${shell.join(" ")} does nothing with a script that was cut off`, async (t) => {
    const { person, mirror } = await Person.with(t);
    person.shell = shell;
    const whole = person.script.trimEnd();
    const starts = Array.from({ length: 16 }, (_, i) => Math.floor((whole.length * i) / 16));
    const ends = Array.from({ length: 24 }, (_, i) => whole.length - 1 - i);
    for (const length of [...starts, ...ends]) {
      person.script = whole.slice(0, length);
      await person.run();
      assert.deepEqual(
        { asked: mirror.asked, has: person.has() },
        { asked: [], has: {} },
        `after ${length} characters`,
      );
    }
  });
}

test("a signature by another key is wrong", async (t) => {
  const other = await OtherRelease.make(t, VERSION);
  const { person } = await Person.with(t, { [VERSION]: await other.files() });
  person.give("minisign");
  await refuses(person, /the signature of SHA256SUMS is wrong/);
});

test("the signed list of another release is not for this one", async (t) => {
  const older = await OtherRelease.make(t, "0.0.9");
  const { person } = await Person.with(t, { [VERSION]: await older.files() });
  person.script = older.script().replace("version='0.0.9'", `version='${VERSION}'`);
  person.give("minisign");
  await refuses(person, new RegExp(`the release ${VERSION} has no ${ARCHIVE}`));
});

test("a program that is not of that version is not installed", async (t) => {
  const other = await OtherRelease.make(t, VERSION, { nws: "#!/bin/sh\necho cannot run >&2; exit 126\n" });
  const { person } = await Person.with(t, { [VERSION]: await other.files() });
  await refuses(person, /the program does not run here. It says: cannot run/);
});

for (const [name, answer] of Object.entries({ cut, half })) {
  for (const file of ["SHA256SUMS", "SHA256SUMS.minisig", ARCHIVE]) {
    for (const download of ["curl", "wget"]) {
      test(`a download is refused: ${file} by ${download}, ${name}`, async (t) => {
        const { mirror, person } = await Person.with(t);
        if (download === "wget") rmSync(join(person.tools, "curl"));
        if (download === "wget") person.give("wget");
        person.give("minisign");
        mirror.answers[file] = answer;
        await refuses(person, /did not succeed|wrong SHA-256|signature of SHA256SUMS is wrong|no list of sums/);
      });
    }
  }
}

test("a web page instead of a file is called by its name", async (t) => {
  const { mirror, person } = await Person.with(t);
  mirror.answers[ARCHIVE] = page;
  await refuses(person, /wrong SHA-256: the server sent a web page, as networks with a log-in do/);
  mirror.answers.SHA256SUMS = page;
  await refuses(person, /no list of sums: the server sent a web page/);
  person.give("minisign");
  mirror.answers["SHA256SUMS.minisig"] = page;
  await refuses(person, /signature of SHA256SUMS is wrong: the server sent a web page/);
});

test("a release that is not there is called by its name", async (t) => {
  const { person } = await Person.with(t);
  await refuses(person, /v9\.9\.9\/SHA256SUMS cannot be had: is there a release 9\.9\.9/, "--version", "9.9.9");
  await refuses(person, /a\/b is no version/, "--version", "a/b");
});

test("no network is called by its name", async (t) => {
  const { mirror, person } = await Person.with(t);
  mirror.close();
  await refuses(person, /did not succeed, as the line above says: check the network/);
  person.environment.NWS_RELEASES = join(person.home, "nowhere");
  await refuses(person, /nowhere\/v.*\/SHA256SUMS could not be copied/);
});

test("what is not encrypted is not downloaded", async (t) => {
  const { person } = await Person.with(t);
  for (const base of ["http://example.com", "http://localhost.example.com", "ftp://localhost", "localhost"]) {
    person.environment.NWS_RELEASES = base;
    await refuses(person, /has to begin with https:\/\//);
  }
});

test("options that are wrong are called by their names", async (t) => {
  const { person } = await Person.with(t);
  await refuses(person, /--prefix is not an option of this script; see --help/, "--prefix");
  await refuses(person, /--dir needs a value; see --help/, "--dir");
});

test("HOME has to be a folder, of this user", async (t) => {
  const { person } = await Person.with(t);
  for (const home of [undefined, "", "relative"]) {
    person.environment.HOME = home;
    await refuses(person, /HOME is not set to a folder: set it/);
  }
  person.environment.HOME = join(person.home, "missing");
  await refuses(person, /the home folder .*missing is missing/);
  delete person.environment.HOME;
  if (process.getuid?.() !== 0) throw new Error("run this test as root: it gives a folder to another user");
  chownSync(person.home, NOBODY, NOBODY);
  await refuses(person, /run this script without sudo/);
});

test("a folder of others is left alone", async (t) => {
  const { person } = await Person.with(t);
  if (process.getuid?.() === 0) {
    person.before = [need("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups"];
    chownSync(person.home, NOBODY, NOBODY);
  }
  const closed = join(person.home, "closed");
  mkdirSync(closed);
  chmodSync(closed, 0o555);
  await refuses(person, /cannot write to .*closed, as the line above says: choose another folder/, "--dir", closed);
  await refuses(person, /cannot write to .*closed\/bin, as the line above says/, "--dir", join(closed, "bin"));
  person.environment.XDG_DATA_HOME = closed;
  await refuses(person, /cannot write to .*closed.*: free some space, or make the folder yours/);
});

test("a program of somebody else is left alone, unless --force is given", async (t) => {
  const { person } = await Person.with(t);
  const program = join(person.home, "bin/nws");
  mkdirSync(join(person.home, "bin"));
  writeFileSync(program, "another");
  await refuses(person, /bin\/nws is there, and this script did not install it/, "--dir", join(person.home, "bin"));
  assert.equal((await person.run("--dir", join(person.home, "bin"), "--force")).status, 0);
  rmSync(program);
  // As uv and pipx do.
  symlinkSync("/usr/bin/true", program);
  await refuses(person, /bin\/nws is there, and this script did not install it/, "--dir", join(person.home, "bin"));
  rmSync(program);
  mkdirSync(program);
  await refuses(person, /bin\/nws is a folder: remove it/, "--dir", join(person.home, "bin"));
});

for (const shell of SHELLS) {
  test(`${shell.join(" ")} puts back what was there if a file cannot be replaced`, async (t) => {
    const { person } = await Person.with(t);
    person.shell = shell;
    const failsFor = (/** @type {string} */ end) => {
      rmSync(join(person.tools, "mv"));
      const text = `case $3 in *${end}) echo "no $3" >&2; exit 1 ;; esac; exec ${need("mv")} "$@"`;
      writeFileSync(join(person.tools, "mv"), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    };
    const ends = ["/bin/nws", "/man1/nws.1", "/nws/installed"];
    for (const end of ends) {
      failsFor(end);
      await refuses(person, new RegExp(`cannot replace .*${end}, as the line above says: nothing has changed`));
    }
    failsFor("/nothing");
    assert.equal((await person.run()).status, 0);
    writeFileSync(join(person.home, ".local/bin/nws"), "older");
    for (const end of ends) {
      failsFor(end);
      await refuses(person, /nothing has changed/);
    }
    rmSync(join(person.home, ".local/bin/nws"));
    symlinkSync("/usr/bin/true", join(person.home, ".local/bin/nws"));
    await refuses(person, /nothing has changed/, "--force");
  });
}

test("without tar or gzip nothing is installed, and the missing one is named", async (t) => {
  for (const tool of ["tar", "gzip"]) {
    const { mirror, person } = await Person.with(t);
    rmSync(join(person.tools, tool));
    await refuses(person, new RegExp(`error: ${tool} is missing.*: install it`));
    assert.deepEqual(mirror.asked, []);
  }
});

test("without a tool that checks, or one that downloads, nothing is installed", async (t) => {
  const { person } = await Person.with(t);
  rmSync(join(person.tools, "curl"));
  await refuses(person, /curl or the wget of GNU is needed for downloads: install curl/);
  // It may not check certificates.
  person.give("wget", need("busybox"));
  await refuses(person, /curl or the wget of GNU is needed for downloads: install curl/);
  rmSync(join(person.tools, "sha256sum"));
  await refuses(person, /nothing here can check SHA-256: install sha256sum/);
});

test("a line break in the name of a folder is refused", async (t) => {
  const { person } = await Person.with(t);
  await refuses(person, /has a tab or a line break in its name/, "--dir", `${person.home}/a\nb`);
});

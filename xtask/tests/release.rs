//! Tests of `cargo xtask release` in repositories that they make.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const MANIFEST: &str = r#"[workspace]
members = ["one"]

[workspace.package]
version = "0.1.0"

[workspace.dependencies]
one = { path = "one" }
serde = { version = "0.1.1" }
"#;

const LOCK: &str = r#"version = 4

[[package]]
name = "one"
version = "0.1.0"
dependencies = [
 "serde",
]

[[package]]
name = "serde"
version = "0.1.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
"#;

const FUZZ_LOCK: &str = r#"version = 4

[[package]]
name = "fuzz"
version = "0.0.0"
dependencies = ["one"]

[[package]]
name = "one"
version = "0.1.0"
"#;

const PACKAGE: &str = r#"{
  "name": "package",
  "version": "0.1.0"
}
"#;

const PYPROJECT: &str = "[project]\nname = \"own\"\nversion = \"0.1.0\"\n";

const PACKAGE_LOCK: &str = r#"{
  "name": "package",
  "version": "0.1.0",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {
    "": {
      "name": "package",
      "version": "0.1.0"
    }
  }
}
"#;

const CHANGELOG: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n\n";

/// A repository whose main has version 0.1.0, and changes that are not released.
struct Repository {
    folder: TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self { folder: TempDir::new().expect("a folder") };
        let link = format!("[Unreleased]: {}/commits/main\n", env!("CARGO_PKG_REPOSITORY"));
        for (file, text) in [
            ("Cargo.toml", MANIFEST),
            ("Cargo.lock", LOCK),
            ("examples/matchbox/Cargo.lock", FUZZ_LOCK),
            ("protocol/fuzz/Cargo.lock", FUZZ_LOCK),
            ("proxy/fuzz/Cargo.lock", FUZZ_LOCK),
            ("polyfill/package.json", PACKAGE),
            ("polyfill/package-lock.json", PACKAGE_LOCK),
            ("python/pyproject.toml", PYPROJECT),
            ("CHANGELOG.md", &format!("{CHANGELOG}{link}")),
            (".gitignore", "target/\n"),
        ] {
            repository.write(file, text);
        }
        repository.git("init --quiet --initial-branch main");
        repository.git("add --all");
        repository.git("commit --quiet --message first");
        repository
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn write(&self, file: &str, text: &str) -> PathBuf {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path().join(file)).expect("a file")
    }

    fn git(&self, words: &str) -> String {
        let output = self.command("git").args(words.split_whitespace()).output().expect("git runs");
        assert!(output.status.success(), "git {words}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8").trim().to_owned()
    }

    fn release(&self, version: &str) -> Output {
        self.xtask().args(["release", version]).output().expect("xtask runs")
    }

    fn xtask(&self) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_xtask"));
        command.env("CARGO_MANIFEST_DIR", self.path()).env_remove("CARGO_TARGET_DIR");
        command
    }

    /// A program in this repository that does not know how this user has configured git.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env("GIT_CONFIG_GLOBAL", self.path().join("none"));
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        for (key, value) in [("NAME", "A B"), ("EMAIL", "a@b.example")] {
            command.env(format!("GIT_AUTHOR_{key}"), value).env(format!("GIT_COMMITTER_{key}"), value);
        }
        command
    }

    /// All that a release may change.
    fn state(&self) -> [String; 4] {
        [
            self.git("rev-parse main"),
            self.git("tag --list"),
            self.git("status --porcelain"),
            self.git("worktree list"),
        ]
    }

    /// A release of this version says these words and changes nothing.
    fn refuses(&self, version: &str, words: &str) {
        let before = self.state();
        let output = self.release(version);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(words), "{said}");
        assert_eq!(self.state(), before);
    }
}

fn released(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_release_is_one_commit_with_a_tag_and_nothing_is_pushed() {
    let repository = Repository::new();
    let first = repository.git("rev-parse main");
    let said = released(&repository.release("0.2.0"));
    assert!(said.contains("git push --atomic origin main v0.2.0"), "{said}");
    assert_eq!(repository.git("rev-parse main~1"), first);
    assert_eq!(repository.git("log -1 --format=%s"), "release: 0.2.0");
    assert_eq!(repository.git("rev-parse v0.2.0^{commit}"), repository.git("rev-parse main"));
    assert_eq!(repository.git("cat-file -t v0.2.0"), "tag");
    assert_eq!(repository.git("status --porcelain"), "");
    assert_eq!(repository.git("worktree list").lines().count(), 1);
}

#[test]
fn every_copy_has_the_version_and_nothing_else_changes() {
    let repository = Repository::new();
    released(&repository.release("0.2.0"));
    let with = |text: &str, from: &str, to: &str| text.replace(from, to);
    let version = |text: &str| with(text, "0.1.0", "0.2.0");
    assert_eq!(repository.read("Cargo.toml"), version(MANIFEST));
    let own = "name = \"one\"\nversion = \"0.1.0\"";
    assert_eq!(repository.read("Cargo.lock"), with(LOCK, own, &version(own)));
    assert_eq!(repository.read("proxy/fuzz/Cargo.lock"), with(FUZZ_LOCK, own, &version(own)));
    assert_eq!(repository.read("protocol/fuzz/Cargo.lock"), with(FUZZ_LOCK, own, &version(own)));
    assert_eq!(repository.read("examples/matchbox/Cargo.lock"), with(FUZZ_LOCK, own, &version(own)));
    assert_eq!(repository.read("polyfill/package.json"), version(PACKAGE));
    assert_eq!(repository.read("polyfill/package-lock.json"), version(PACKAGE_LOCK));
    assert_eq!(repository.read("python/pyproject.toml"), version(PYPROJECT));
    assert!(repository.read("CHANGELOG.md").contains("## [Unreleased]\n\n## [0.2.0] - 20"));
}

#[test]
fn the_notes_are_those_of_the_version_of_the_checkout() {
    let repository = Repository::new();
    released(&repository.release("0.1.0"));
    let notes = |version| repository.xtask().args(["notes", version]).output().expect("xtask runs");
    assert_eq!(released(&notes("0.1.0")), "### Added\n\n- A thing.\n");
    let other = notes("0.2.0");
    assert!(!other.status.success());
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(said.contains("this checkout has version 0.1.0, not 0.2.0"), "{said}");
}

#[test]
fn what_is_not_committed_is_not_released() {
    let repository = Repository::new();
    let file = repository.write("new.txt", "new");
    repository.refuses("0.2.0", "commit or stash them first:\n?? new.txt");
    fs::remove_file(file).expect("removed");
    repository.write("CHANGELOG.md", "changed");
    repository.refuses("0.2.0", "commit or stash them first:\n M CHANGELOG.md");
}

#[test]
fn only_main_is_released() {
    let repository = Repository::new();
    repository.git("switch --quiet --create other");
    repository.refuses("0.2.0", "run `git switch main`");
    repository.git("switch --quiet --detach");
    repository.refuses("0.2.0", "run `git switch main`");
}

#[test]
fn a_version_is_later_than_all_before_it() {
    let repository = Repository::new();
    repository.refuses("v0.2.0", "write a version such as 0.2.0");
    repository.refuses("0.2", "write a version such as 0.2.0");
    repository.refuses("0.0.9", "0.0.9 is earlier than 0.1.0, which Cargo.toml has");
    repository.git("tag v0.10.0");
    repository.refuses("0.10.0", "the tag v0.10.0 exists already");
    repository.refuses("0.9.0", "0.9.0 is not later than 0.10.0");
    repository.refuses("0.10.0-rc.1", "0.10.0-rc.1 is not later than 0.10.0");
    released(&repository.release("0.11.0-rc.1"));
}

#[test]
fn a_shallow_clone_does_not_know_which_version_was_last() {
    let repository = Repository::new();
    let commit = repository.git("rev-parse main");
    fs::write(repository.path().join(".git/shallow"), format!("{commit}\n")).expect("written");
    repository.refuses("0.2.0", "git fetch --unshallow --tags");
}

#[test]
fn without_changes_there_is_no_release() {
    let repository = Repository::new();
    released(&repository.release("0.2.0"));
    repository.refuses("0.3.0", "[Unreleased] in CHANGELOG.md has no entry");
}

#[test]
fn copies_that_differ_are_mended_by_people() {
    let repository = Repository::new();
    repository.write("polyfill/package.json", &PACKAGE.replace("0.1.0", "0.1.1"));
    repository.git("commit --quiet --all --message other");
    repository.refuses("0.2.0", "but polyfill/package.json has \"0.1.1\"");
}

#[test]
fn a_signature_that_fails_leaves_no_commit() {
    let repository = Repository::new();
    repository.git("config tag.gpgSign true");
    repository.git("config gpg.program false");
    repository.refuses("0.2.0", "`git tag");
    repository.git("config tag.gpgSign false");
    released(&repository.release("0.2.0"));
}

/// Hooks of git stand for what can go wrong in the worst moments.
#[cfg(unix)]
mod interrupted {
    use std::os::unix::fs::PermissionsExt;

    use super::{Repository, fs, released};

    fn hook(repository: &Repository, name: &str, script: &str) {
        let hook = repository.write(&format!(".git/hooks/{name}"), &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(hook, fs::Permissions::from_mode(0o755)).expect("executable");
    }

    fn unhook(repository: &Repository, name: &str) {
        fs::remove_file(repository.path().join(".git/hooks").join(name)).expect("removed");
    }

    #[test]
    fn a_release_that_is_killed_has_changed_nothing_and_can_be_made_again() {
        let repository = Repository::new();
        let [main, tags, changes, _] = repository.state();
        hook(&repository, "pre-commit", "kill -KILL $(ps -o ppid= -p $PPID); exit 1");
        let output = repository.release("0.2.0");
        assert_eq!(output.status.code(), None, "it was killed");
        assert_eq!(repository.state()[..3], [main, tags, changes]);
        unhook(&repository, "pre-commit");
        released(&repository.release("0.2.0"));
        assert_eq!(repository.git("worktree list").lines().count(), 1);
    }

    #[test]
    fn when_main_cannot_move_neither_tag_nor_change_stays() {
        let repository = Repository::new();
        hook(&repository, "reference-transaction", "! grep -q refs/heads/main");
        repository.refuses("0.2.0", "`git merge");
        unhook(&repository, "reference-transaction");
        released(&repository.release("0.2.0"));
    }
}

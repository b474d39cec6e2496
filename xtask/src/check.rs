//! `cargo xtask check`: checks the rules of CONTRIBUTING.md and ARCHITECTURE.md that a program can
//! check.

mod arrows;
mod deny;
mod promises;
mod shape;
mod wasm;
mod workflows;

use anyhow::{Result, bail};
use nws_tools::{Step, checkout, npm};

use crate::changelog::Changelog;
use crate::{package, toolchain, vectors, version};

/// Checks format, lints, types, documentation, dependencies, the shape of files, the tests of
/// promises, and the imports of the WebAssembly.
///
/// Runs every check, whatever the others find, and ends with the list of those that failed.
#[derive(clap::Args)]
pub(crate) struct Check {
    /// Fails when the database of security advisories cannot be fetched. Without this option that
    /// check is left out then, and the last lines say so.
    #[arg(long)]
    advisories: bool,
}

/// The result of a check that found nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Passed,
    /// It could not run here, for this reason.
    LeftOut(&'static str),
}

impl Check {
    pub(crate) fn start(self) -> Result<()> {
        toolchain::need_wasm()?;
        let passed = |outcome: Result<()>| outcome.map(|()| Outcome::Passed);
        let checks = [
            ("format", passed(Step::cargo("fmt --all --check").run())),
            ("clippy", passed(clippy())),
            ("fuzz targets", passed(fuzz())),
            ("matchbox", passed(matchbox())),
            ("documentation", passed(documentation())),
            ("dependencies", passed(deny::dependencies())),
            ("advisories", deny::advisories(self.advisories)),
            ("arrows", passed(arrows::check())),
            ("wasm", passed(wasm::check())),
            ("shape", passed(shape::check())),
            ("promises", passed(promises::check())),
            ("vectors", passed(vectors::check())),
            ("version", passed(version::check(&checkout::root()))),
            ("changelog", passed(changelog())),
            ("workflows", passed(workflows::check())),
            ("JavaScript", passed(javascript())),
            ("types of JavaScript", passed(javascript_types())),
            ("npm package", passed(package())),
            ("Python", passed(python())),
        ];
        println!("{}", conclusion(checks)?);
        Ok(())
    }
}

/// The last lines: what has failed, as an error, and what was not checked.
fn conclusion(checks: impl IntoIterator<Item = (&'static str, Result<Outcome>)>) -> Result<String> {
    let (mut failed, mut left_out) = (Vec::new(), Vec::new());
    for (name, outcome) in checks {
        match outcome {
            Ok(Outcome::Passed) => {}
            Ok(Outcome::LeftOut(reason)) => left_out.push(format!("NOT CHECKED: {name}: {reason}\n")),
            Err(error) => {
                eprintln!("error: {name}: {error:#}");
                failed.push(name);
            }
        }
    }
    let left_out = left_out.concat();
    if !failed.is_empty() {
        bail!("{left_out}failed: {}", failed.join(", "));
    }
    Ok(match left_out.as_str() {
        "" => "every check passed".to_owned(),
        left_out => format!("{left_out}every other check passed"),
    })
}

/// The crates that run in browsers.
const IN_BROWSERS: [&str; 5] =
    ["nws-protocol", "nws-client-wasm", "networkwebsockets", "nws-example-page", "nws-test-page"];

fn clippy() -> Result<()> {
    Step::cargo("clippy --workspace --all-targets --all-features -- -D warnings").run()?;
    let wasm = IN_BROWSERS.iter().fold(Step::cargo("clippy"), |step, name| step.arg("--package").arg(name));
    wasm.arg("--target").arg(toolchain::WASM).words("-- -D warnings").run()
}

/// Checks the fuzz crates. They are not part of the workspace, because only nightly can run them;
/// any toolchain can check them.
fn fuzz() -> Result<()> {
    for manifest in ["protocol/fuzz/Cargo.toml", "proxy/fuzz/Cargo.toml"] {
        let clippy = Step::cargo("clippy --locked --manifest-path").arg(manifest).words("--target-dir");
        clippy.arg(checkout::target().join("fuzz")).words("-- -D warnings").run()?;
    }
    Ok(())
}

/// Checks the example with matchbox, which has a workspace of its own because of its dependencies.
fn matchbox() -> Result<()> {
    let manifest = "examples/matchbox/Cargo.toml";
    Step::cargo("fmt --check --manifest-path").arg(manifest).run()?;
    let clippy =
        Step::cargo("clippy --locked --all-targets --manifest-path").arg(manifest).words("--target-dir");
    clippy.arg(checkout::target().join("matchbox")).words("-- -D warnings").run()
}

fn documentation() -> Result<()> {
    Step::cargo("doc --workspace --all-features --no-deps").env("RUSTDOCFLAGS", "-D warnings").run()
}

/// Checks the form of CHANGELOG.md, and that this version has an entry.
fn changelog() -> Result<()> {
    let root = checkout::root();
    Changelog::read(&root)?.check(&version::of_workspace(&root)?)
}

/// Checks format and lints of JavaScript and TypeScript, as `biome.jsonc` configures them.
fn javascript() -> Result<()> {
    npm::need("polyfill")?;
    let biome = checkout::root().join("polyfill/node_modules/@biomejs/biome/bin/biome");
    Step::new("node").arg(biome).words("ci --error-on-warnings").run()
}

/// The folders whose plain JavaScript is checked. The `tsconfig.json` of each says what belongs to
/// it.
const TYPED: [&str; 6] = ["demo", "proxy", "polyfill/bench", "polyfill/test", "tests", "tests/package"];

/// Checks the types that plain JavaScript states in JSDoc. Uses of the npm package are checked
/// against its declarations.
fn javascript_types() -> Result<()> {
    npm::need("polyfill")?;
    npm::need("proxy/console")?;
    npm::need("tests")?;
    let compiler = checkout::root().join("polyfill/node_modules/typescript/bin/tsc");
    let mut faulty = Vec::new();
    for folder in TYPED {
        let check = Step::new("node").arg(&compiler).words("--project").arg(folder);
        if check.run().is_err() {
            faulty.push(folder);
        }
    }
    if !faulty.is_empty() {
        bail!("tsc finds faults, listed above, in the JavaScript of {}", faulty.join(", "));
    }
    Ok(())
}

/// Runs the scripts of polyfill/package.json that check types and style, as far as they exist.
fn package() -> Result<()> {
    npm::need("polyfill")?;
    package::interface()?;
    npm::npm("polyfill").words("run --if-present typecheck").run()?;
    npm::npm("polyfill").words("run --if-present lint").run()
}

/// Checks types, lints and format of the Python package, as its pyproject.toml configures them.
fn python() -> Result<()> {
    let environment = nws_tools::python::project("python")?;
    let program = |name| Step::new(nws_tools::python::program(&environment, name)).dir("python");
    program("ruff").words("format --check --quiet .").run()?;
    program("ruff").words("check --quiet .").run()?;
    program("mypy").run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_not_checked_is_said_at_the_end() {
        let passed = || ("one", Ok(Outcome::Passed));
        let left_out = || ("two", Ok(Outcome::LeftOut("the tool is missing")));
        let failed = || ("three", Err(anyhow::anyhow!("it is wrong")));
        assert_eq!(conclusion([passed()]).unwrap(), "every check passed");
        let words = conclusion([passed(), left_out()]).unwrap();
        assert_eq!(words, "NOT CHECKED: two: the tool is missing\nevery other check passed");
        let words = conclusion([left_out(), failed(), passed()]).unwrap_err().to_string();
        assert_eq!(words, "NOT CHECKED: two: the tool is missing\nfailed: three");
    }
}

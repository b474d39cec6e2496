//! Environments of Python in the target folder: one for each program of PyPI, and one for the tests of
//! the Python package.

use std::env::consts::EXE_SUFFIX;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::step::Step;
use crate::{checkout, debian};

/// The program `name` of the package of that name, in this version. It is installed if it is
/// missing.
///
/// # Errors
///
/// When Python or its module `venv` is missing, or when pip fails.
pub fn need(name: &str, version: &str) -> Result<PathBuf> {
    let folder = checkout::target().join("tools").join(format!("{name}-{version}"));
    let program = program(&folder, name);
    if !program.exists() {
        make(&folder, name)?;
        pip(&folder).words("--only-binary :all:").arg(format!("{name}=={version}")).run()?;
    }
    Ok(program)
}

/// An environment for the Python project in `folder` of the checkout, with the packages of its
/// dependency group `test`.
///
/// # Errors
///
/// When Python 3.10 or its module `venv` is missing, or when pip fails.
pub fn project(folder: &str) -> Result<PathBuf> {
    let environment = checkout::target().join("tools").join(format!("{folder}-project"));
    let project = checkout::root().join(folder);
    let version = Step::new(interpreter()).arg("--version").read().unwrap_or_default();
    let wanted = format!("# {}\n{}", version.trim(), fs::read_to_string(project.join("pyproject.toml"))?);
    let stamp = environment.join("pyproject.toml");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(environment);
    }
    make(&environment, folder)?;
    // Groups of dependencies are read since 25.1.
    pip(&environment).words("--upgrade").arg("pip>=25.1").run()?;
    pip(&environment).dir(folder).words("--editable . --group test").run()?;
    fs::write(stamp, wanted)?;
    Ok(environment)
}

/// The program of this name in an environment.
#[must_use]
pub fn program(environment: &Path, name: &str) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts" } else { "bin" }).join(format!("{name}{EXE_SUFFIX}"))
}

fn make(folder: &Path, what: &str) -> Result<()> {
    let environment = || Step::new(interpreter()).words("-m venv --clear").arg(folder);
    if environment().run().is_err() {
        debian::install("python3-venv").with_context(|| {
            format!("{what} needs Python 3.10 or later with its module venv: install it, and try again")
        })?;
        environment().run()?;
    }
    Ok(())
}

const fn interpreter() -> &'static str {
    if cfg!(windows) { "python" } else { "python3" }
}

fn pip(environment: &Path) -> Step {
    Step::new(program(environment, "python")).words("-m pip install --quiet --disable-pip-version-check")
}

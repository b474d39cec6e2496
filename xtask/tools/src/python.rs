//! Installs programs of PyPI into the target folder, each in an environment of its own.

use std::env::consts::EXE_SUFFIX;
use std::path::PathBuf;

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
    let programs = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let program = programs.join(format!("{name}{EXE_SUFFIX}"));
    if program.exists() {
        return Ok(program);
    }
    let environment =
        || Step::new(if cfg!(windows) { "python" } else { "python3" }).words("-m venv").arg(&folder);
    if environment().run().is_err() {
        debian::install("python3-venv").with_context(|| {
            format!("{name} needs Python 3.9 or later with its module venv: install it, and try again")
        })?;
        environment().run()?;
    }
    let pip = Step::new(programs.join(format!("python{EXE_SUFFIX}"))).words("-m pip install --quiet");
    pip.words("--disable-pip-version-check --only-binary :all:").arg(format!("{name}=={version}")).run()?;
    Ok(program)
}

//! Installs the programs of Debian that the tests in `tests/dist` run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use nws_tools::checkout;

/// The programs, each with the package that has it.
type Packages = BTreeMap<String, String>;

/// Installs what is missing. If that fails, only the tests of the missing programs fail, and each
/// says how to get its program.
pub(super) fn need() {
    if let Err(missing) = install() {
        eprintln!("error: {missing:#}");
    }
}

fn install() -> Result<()> {
    let missing = missing(&packages()?);
    let words = missing.iter().map(String::as_str).collect::<Vec<_>>();
    if words.is_empty() {
        return Ok(());
    }
    nws_tools::install_all(&words).with_context(|| format!("install {}", words.join(", ")))
}

fn packages() -> Result<Packages> {
    let file = checkout::root().join("tests/dist/tools.json");
    let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).context("tests/dist/tools.json")
}

/// The packages whose programs are nowhere on the variable `PATH`.
fn missing(packages: &Packages) -> BTreeSet<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = |program: &str| std::env::split_paths(&path).any(|folder| is_file(&folder, program));
    packages.iter().filter(|(program, _)| !is_there(program)).map(|(_, package)| package.clone()).collect()
}

fn is_file(folder: &Path, program: &str) -> bool {
    folder.join(program).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_installed_and_each_package_once() {
        let packages = [("sh", "dash"), ("no-such-program", "one"), ("no-such-program-either", "one")];
        let packages = packages.map(|(program, package)| (program.to_owned(), package.to_owned()));
        assert_eq!(missing(&packages.into()), BTreeSet::from(["one".to_owned()]));
    }

    #[test]
    fn the_list_can_be_read() {
        assert_eq!(packages().unwrap().get("minisign").map(String::as_str), Some("minisign"));
    }
}

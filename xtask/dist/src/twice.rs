//! Proves that what is released is reproducible: builds it again from a copy of the commit in
//! another folder, and compares every byte.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use nws_tools::{Step, checkout};

use crate::release::{self, Release};
use crate::tools;

/// What differs from one build to the next by its nature: the signature holds a random number.
const RANDOM: [&str; 1] = ["minisig"];

/// Fails if the checkout is not that of its last commit, of which the second build is.
pub(crate) fn need_commit() -> Result<()> {
    let changed = Step::new("git").words("status --porcelain").read()?;
    ensure!(changed.trim().is_empty(), "the second build is one of the last commit: commit or stash first");
    Ok(())
}

/// Builds the commit again in another folder, and fails if any file differs.
pub(crate) fn check(release: &Release) -> Result<()> {
    // Names with a space and a letter beyond ASCII: nothing of them may matter. Only the target
    // folder has no space, which jemalloc refuses.
    let copy = release::emptied(release.work("once more")?.join("Größe"))?;
    let target = release::emptied(release.work("target")?.join("Größe"))?;
    Step::new("git").words("clone --quiet --no-local").arg(checkout::root()).arg(&copy).run()?;
    let again = Step::cargo("xtask dist").dir(&copy).env("CARGO_TARGET_DIR", &target);
    let again = again.env(tools::FOLDER, tools::folder());
    release.targets.iter().fold(again, |again, target| again.arg("--target").arg(target.triple)).run()?;
    compare(&release::released(), &target.join("dist"))
}

fn compare(one: &Path, other: &Path) -> Result<()> {
    let (ones, others) = (files(one)?, files(other)?);
    let names = ones.keys().chain(others.keys()).collect::<BTreeSet<_>>();
    let differing: Vec<String> = names
        .into_iter()
        .filter(|name| ones.get(*name) != others.get(*name))
        .map(|name| name.display().to_string())
        .collect();
    ensure!(
        differing.is_empty(),
        "two builds differ in {}; compare the files of {} and {}, for example with diffoscope",
        differing.join(", "),
        one.display(),
        other.display(),
    );
    println!("{} files are the same, byte for byte, when they are built in another folder", ones.len());
    Ok(())
}

/// The files of a folder and of those in it, by their paths in it.
fn files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("cannot read {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.extension().is_some_and(|kind| RANDOM.iter().any(|random| kind == *random)) {
                found.insert(path.strip_prefix(folder)?.to_owned(), fs::read(&path)?);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_byte_or_one_file_makes_a_difference() -> Result<()> {
        let folders = [tempfile::tempdir()?, tempfile::tempdir()?];
        for folder in &folders {
            fs::create_dir(folder.path().join("npm"))?;
            fs::write(folder.path().join("npm/one.tgz"), "same")?;
            fs::write(
                folder.path().join("SHA256SUMS.minisig"),
                folder.path().as_os_str().as_encoded_bytes(),
            )?;
        }
        let [one, other] = folders.each_ref().map(|folder| folder.path());
        compare(one, other)?;
        fs::write(other.join("npm/one.tgz"), "Same")?;
        assert!(
            compare(one, other).unwrap_err().to_string().starts_with("two builds differ in npm/one.tgz;")
        );
        fs::remove_file(other.join("npm/one.tgz"))?;
        assert!(compare(one, other).is_err());
        Ok(())
    }
}

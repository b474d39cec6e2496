//! `cargo xtask release`: makes the commit and the tag of a version, and leaves the push to people.
//! `cargo xtask notes`: prints what a version has changed.

mod repository;

use std::path::Path;

use anyhow::{Result, bail, ensure};
use nws_tools::checkout;
use semver::Version;
use time::OffsetDateTime;

use crate::changelog::Changelog;
use crate::version;
use repository::{Repository, Tree};

/// Sets the version everywhere, moves the unreleased changes of CHANGELOG.md to it, commits and tags.
///
/// Everything is made in a folder beside, and then taken over in one step. If anything fails, the
/// checkout is as it was. Nothing is pushed.
#[derive(clap::Args)]
pub(crate) struct Release {
    /// The new version, such as 0.2.0.
    #[arg(value_parser = number)]
    version: Version,
}

/// Prints what CHANGELOG.md says about a version. Fails if the checkout has another version.
#[derive(clap::Args)]
pub(crate) struct Notes {
    /// The version, such as 0.2.0.
    #[arg(value_parser = number)]
    version: Version,
}

impl Release {
    pub(crate) fn start(self) -> Result<()> {
        let repository = Repository::new(checkout::root());
        let Self { version } = self;
        permit(&repository, &version)?;
        let tree = repository.tree(checkout::target().join("release-tree"))?;
        write(tree.folder(), &version)?;
        let commit = tree.commit(&format!("release: {version}"))?;
        tag(&repository, &tree, &version, &commit)?;
        println!("{}", next(&version));
        Ok(())
    }
}

impl Notes {
    pub(crate) fn start(self) -> Result<()> {
        let root = checkout::root();
        let found = version::of_workspace(&root)?;
        ensure!(found == self.version, "this checkout has version {found}, not {}", self.version);
        println!("{}", Changelog::read(&root)?.notes(&self.version)?);
        Ok(())
    }
}

/// Parses a version. Registries take those that differ only behind a `+` for one.
fn number(text: &str) -> Result<Version, String> {
    match Version::parse(text) {
        Ok(version) if version.build.is_empty() => Ok(version),
        Ok(_) => Err("a version must have no `+`, as registries ignore what follows it".to_owned()),
        Err(error) => Err(format!("{error}; write a version such as 0.2.0 (https://semver.org)")),
    }
}

/// Fails if this checkout cannot become the release of this version.
fn permit(repository: &Repository, version: &Version) -> Result<()> {
    repository.need_main()?;
    repository.need_clean()?;
    let released = repository.released()?;
    if released.contains(version) {
        bail!(
            "the tag v{version} exists already: take a later version, or run `git tag --delete v{version}` if \
             nobody else has it"
        );
    }
    let found = version::of_workspace(repository.folder())?;
    let last = released.into_iter().max();
    if let Some(last) = last.filter(|last| last >= version) {
        bail!("{version} is not later than {last}, the last version that has a tag");
    }
    ensure!(*version >= found, "{version} is earlier than {found}, which Cargo.toml has");
    Ok(())
}

/// Makes the sources those of this version.
fn write(root: &Path, version: &Version) -> Result<()> {
    version::check(root)?;
    let changelog = Changelog::read(root)?;
    changelog.check(&version::of_workspace(root)?)?;
    let changelog = changelog.release(version, OffsetDateTime::now_utc().date())?;
    changelog.write(root)?;
    version::set(root, version)?;
    version::check(root)?;
    changelog.check(version)
}

/// Tags the commit and takes it over into the checkout: both, or none.
fn tag(repository: &Repository, tree: &Tree<'_>, version: &Version, commit: &str) -> Result<()> {
    let name = format!("v{version}");
    tree.tag(&name, &format!("Network Web Sockets {version}"))?;
    if let Err(error) = repository.advance(commit) {
        repository.remove_tag(&name)?;
        return Err(error);
    }
    Ok(())
}

fn next(version: &Version) -> String {
    format!(
        "main has the commit, and v{version} is its tag. To publish:\n\n  \
         git push --atomic origin main v{version}\n\n\
         The workflow `Release` then tests, builds, signs and attests, publishes to npm, PyPI and crates.io, and \
         at last shows the release on GitHub. To take it back before the push:\n\n  \
         git tag --delete v{version} && git reset --keep HEAD~1"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_three_numbers_and_no_build() {
        assert!(number("0.2.0").is_ok() && number("1.0.0-rc.1").is_ok());
        for wrong in ["v0.2.0", "0.2", "0.02.0", "latest", "", "0.2.0+5"] {
            assert!(number(wrong).is_err(), "{wrong}");
        }
    }
}

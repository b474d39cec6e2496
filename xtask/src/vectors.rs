//! `cargo xtask vectors`: writes protocol/vectors, which says what every client does with what crosses
//! its wire. docs/conformance.md is the page about it.

mod closes;
mod frames;
mod names;
mod reconnect;
mod script;
mod streams;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use nws_tools::checkout;

/// Writes protocol/vectors anew: what each client of the project, in whatever language, has to do with
/// what crosses its wire. `cargo xtask check` fails while these files are older than the code.
#[derive(clap::Args)]
pub(crate) struct Vectors {}

impl Vectors {
    pub(crate) fn start(self) -> Result<()> {
        for (path, text) in files() {
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

/// Fails when a file is not what `cargo xtask vectors` would write.
pub(crate) fn check() -> Result<()> {
    let is_stale = |(path, text): &(PathBuf, String)| fs::read_to_string(path).ok().as_ref() != Some(text);
    let stale: Vec<_> = files().into_iter().filter(is_stale).collect();
    if !stale.is_empty() {
        let names: Vec<_> = stale.iter().map(|(path, _)| path.display().to_string()).collect();
        bail!("run `cargo xtask vectors` and look at what changes: {}", names.join(", "));
    }
    Ok(())
}

fn files() -> Vec<(PathBuf, String)> {
    let folder = checkout::root().join("protocol/vectors");
    let files = [
        ("names", names::file()),
        ("frames", frames::file()),
        ("closes", closes::file()),
        ("reconnect", reconnect::file()),
        ("streams", streams::file()),
    ];
    files.map(|(name, text)| (folder.join(name).with_extension("json"), text)).into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_vectors_that_are_checked_in_are_those_of_the_code() {
        super::check().unwrap();
    }
}

//! Writes SHA256SUMS, which has the SHA-256 of every file of the release, and its signature.
//!
//! It is the last step: a file that comes later would be in no list.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::release::{self, Release};
use crate::signing::SigningKey;

/// The name of the list. Its signature is beside it.
const SUMS: &str = "SHA256SUMS";

/// Writes `SHA256SUMS` and `SHA256SUMS.minisig` of the release.
pub(crate) fn make(release: &Release, key: &SigningKey) -> Result<()> {
    let folder = release.folder("release")?;
    let sums = list(&folder)?;
    release::write(&folder.join(SUMS), &sums)?;
    release::write(&folder.join(format!("{SUMS}.minisig")), key.sign(release, sums.as_bytes())?)
}

/// The SHA-256 of a file.
pub(crate) fn of(file: &Path) -> Result<[u8; 32]> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Sha256::digest(bytes).into())
}

/// The lines of the list, as `sha256sum` writes and checks them, sorted by name.
fn list(folder: &Path) -> Result<String> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let file = entry?.path();
        let name = file.file_name().and_then(|name| name.to_str()).context("a name is not UTF-8")?;
        if !name.starts_with(SUMS) {
            lines.push((name.to_owned(), HEXLOWER.encode(&of(&file)?)));
        }
    }
    lines.sort();
    Ok(lines.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_all_but_itself() -> Result<()> {
        let folder = tempfile::tempdir()?;
        for name in ["b", "a", "SHA256SUMS", "SHA256SUMS.minisig"] {
            fs::write(folder.path().join(name), "")?;
        }
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(list(folder.path())?, format!("{empty}  a\n{empty}  b\n"));
        Ok(())
    }
}

//! Verifies the signature inside a program for macOS that nobody has signed with a certificate: the
//! hashes of its pages. A tool that changes the program after the linker leaves them wrong, and
//! macOS kills such a program at its start.
//!
//! All numbers are big-endian. The format is that of `cs_blobs.h` of Apple's kernel.

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

const SUPER_BLOB: u32 = 0xfade_0cc0;
const CODE_DIRECTORY: u32 = 0xfade_0c02;
const SHA256: u8 = 2;

pub(super) fn verify(program: &[u8], signature: &[u8]) -> Result<()> {
    let directory = Directory::of(signature)?;
    let signed = program.get(..directory.limit).context("its signature is for a longer program")?;
    let pages = signed.chunks(directory.page_size);
    ensure!(pages.len() == directory.count, "its signature does not cover all of its pages");
    for (number, page) in pages.enumerate() {
        let good = Sha256::digest(page)[..] == *directory.hash(number)?;
        ensure!(good, "its signature is wrong: page {number} has been changed after the program was signed");
    }
    Ok(())
}

/// The part of a signature that has the hashes.
struct Directory<'data> {
    bytes: &'data [u8],
    hashes: usize,
    count: usize,
    /// The length of what is signed: all that is before the signature.
    limit: usize,
    page_size: usize,
}

impl<'data> Directory<'data> {
    fn of(signature: &'data [u8]) -> Result<Self> {
        let bytes = find(signature)?.context("its signature has no hashes")?;
        let [size, kind, _, page] = word(bytes, 36)?.to_be_bytes();
        ensure!((size, kind) == (32, SHA256), "its signature has hashes of an unknown kind");
        ensure!((12..=20).contains(&page), "its signature is for pages of an odd size");
        Ok(Self {
            bytes,
            hashes: number(bytes, 16)?,
            count: number(bytes, 28)?,
            limit: number(bytes, 32)?,
            page_size: 1 << page,
        })
    }

    fn hash(&self, number: usize) -> Result<&[u8]> {
        let start = self.hashes + 32 * number;
        self.bytes.get(start..start + 32).context("its signature is cut off")
    }
}

/// The directory among the parts of a signature.
fn find(signature: &[u8]) -> Result<Option<&[u8]>> {
    ensure!(word(signature, 0)? == SUPER_BLOB, "its signature has an unknown format");
    for part in 0..number(signature, 8)? {
        let start = number(signature, 16 + 8 * part)?;
        let part = signature.get(start..).context("its signature is cut off")?;
        if word(part, 0)? == CODE_DIRECTORY {
            return Ok(Some(part));
        }
    }
    Ok(None)
}

fn number(bytes: &[u8], at: usize) -> Result<usize> {
    Ok(word(bytes, at)? as usize)
}

fn word(bytes: &[u8], at: usize) -> Result<u32> {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk()).context("its signature is cut off")?;
    Ok(u32::from_be_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 4096;

    /// A signature of `program`, with the header alone before the hashes.
    fn signature(program: &[u8]) -> Vec<u8> {
        let pages = program.chunks(PAGE);
        let head = [CODE_DIRECTORY, 0, 0, 0, 44, 0, 0, pages.len() as u32, program.len() as u32];
        let mut directory: Vec<u8> = head.into_iter().flat_map(u32::to_be_bytes).collect();
        directory.extend([32, SHA256, 0, 12, 0, 0, 0, 0]);
        directory.extend(pages.flat_map(|page| Sha256::digest(page).to_vec()));
        let mut blob: Vec<u8> = [SUPER_BLOB, 0, 1, 0, 20].into_iter().flat_map(u32::to_be_bytes).collect();
        blob.extend(directory);
        blob
    }

    #[test]
    fn the_hashes_of_all_pages_have_to_be_right() {
        let mut program: Vec<u8> = (0..3 * PAGE + 100).map(|byte| byte as u8).collect();
        let signature = signature(&program);
        verify(&program, &signature).unwrap();
        program.extend([0; 10]);
        verify(&program, &signature).expect("what follows is not signed");
        for changed in [0, PAGE, 3 * PAGE + 99] {
            let mut program = program.clone();
            program[changed] ^= 1;
            verify(&program, &signature).unwrap_err();
        }
    }

    #[test]
    fn a_signature_that_is_cut_off_is_refused() {
        let program = [7; 2 * PAGE];
        let signature = signature(&program);
        for length in 0..signature.len() {
            verify(&program, &signature[..length]).unwrap_err();
        }
        verify(&program[..PAGE], &signature).unwrap_err();
    }
}

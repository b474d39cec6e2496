//! Packs the proxy and its documents into one archive per platform: `.tar.gz`, and `.zip` for
//! Windows.
//!
//! Equal files give equal bytes: entries have a fixed order, owner, mode and date.

use std::fs;
use std::io::{Cursor, Write};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use nws_tools::checkout;
use time::{OffsetDateTime, PrimitiveDateTime};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};
use zopfli::{Format, Options};

use crate::documents;
use crate::release::{self, Release};
use crate::target::{System, Target};

/// The rounds of zopfli, which packs smaller than zlib by a twentieth.
const ROUNDS: NonZeroU64 = NonZeroU64::new(5).expect("five is not zero");

/// From level 10 on, the library takes zopfli: so many rounds more than 9.
const ZIP_LEVEL: i64 = 9 + 5;

/// The largest archive, in bytes: a minute over a line of 1 Mbit/s.
const LARGEST: usize = 7_800_000;

/// A file of an archive.
struct Entry {
    /// Its path in the archive, with slashes.
    path: String,
    bytes: Vec<u8>,
    is_program: bool,
}

/// The name of the archive for `target`.
pub(crate) fn name(release: &Release, target: Target) -> String {
    let kind = match target.system {
        System::Windows => "zip",
        System::Linux | System::MacOs => "tar.gz",
    };
    format!("{}.{kind}", stem(release, target))
}

/// Makes the archives of all platforms.
pub(crate) fn make(release: &Release) -> Result<()> {
    for target in &release.targets {
        let entries = entries(release, *target)?;
        let bytes = match target.system {
            System::Windows => zip(release, &entries)?,
            System::Linux | System::MacOs => tar_gz(release, &entries)?,
        };
        let name = name(release, *target);
        ensure!(bytes.len() <= LARGEST, "{name} has {} bytes, and may have {LARGEST}", bytes.len());
        release::write(&release.folder("release")?.join(name), bytes)?;
    }
    Ok(())
}

/// The name of an archive without its ending, and of the one folder in it.
fn stem(release: &Release, target: Target) -> String {
    format!("nws-{}-{target}", release.version)
}

fn entries(release: &Release, target: Target) -> Result<Vec<Entry>> {
    let mut files: Vec<(String, PathBuf)> = vec![(target.program().to_owned(), release.binary(target))];
    for name in ["LICENSE", "CHANGELOG.md"] {
        files.push((name.to_owned(), checkout::root().join(name)));
    }
    for file in documents::all(release)? {
        let name = file.strip_prefix(documents::folder(release)?)?.to_string_lossy().replace('\\', "/");
        files.push((name, file));
    }
    files.sort();
    files.into_iter().map(|(name, file)| entry(release, target, &name, &file)).collect()
}

fn entry(release: &Release, target: Target, name: &str, file: &Path) -> Result<Entry> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let path = format!("{}/{name}", stem(release, target));
    Ok(Entry { path, bytes, is_program: name == target.program() })
}

fn tar_gz(release: &Release, entries: &[Entry]) -> Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for entry in entries {
        let mut header = tar::Header::new_ustar();
        header.set_size(entry.bytes.len() as u64);
        header.set_mode(if entry.is_program { 0o755 } else { 0o644 });
        header.set_mtime(release.epoch);
        header.set_uid(0);
        header.set_gid(0);
        archive.append_data(&mut header, &entry.path, entry.bytes.as_slice())?;
    }
    let mut packed = Vec::new();
    zopfli::compress(options(), Format::Gzip, archive.into_inner()?.as_slice(), &mut packed)?;
    Ok(packed)
}

/// How hard zopfli tries. More rounds take longer, and hardly save anything on programs.
fn options() -> Options {
    Options { iteration_count: ROUNDS, ..Options::default() }
}

fn zip(release: &Release, entries: &[Entry]) -> Result<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(ZIP_LEVEL))
        .last_modified_time(dos_date(release.epoch)?);
    for entry in entries {
        archive.start_file(
            &entry.path,
            options.unix_permissions(if entry.is_program { 0o755 } else { 0o644 }),
        )?;
        archive.write_all(&entry.bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// The date of a file of a `.zip`. It has no time zone: this one is in UTC.
fn dos_date(epoch: u64) -> Result<DateTime> {
    let date = OffsetDateTime::from_unix_timestamp(i64::try_from(epoch)?)?;
    DateTime::try_from(PrimitiveDateTime::new(date.date(), date.time())).context("a .zip knows no such date")
}

//! What every channel has to know of a release.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use data_encoding::{BASE64, HEXLOWER};
use serde::Serialize;
use time::OffsetDateTime;

use crate::release::Release;
use crate::target::Target;
use crate::{archive, sums};

/// At most 80 characters, without an article in front and a full stop behind: Homebrew asks for it.
const DESCRIPTION: &str = "Proxy by which web pages and programs on a network find each other and talk";

/// The description of a release.
#[derive(Serialize)]
pub(crate) struct Facts {
    pub(super) version: &'static str,
    pub(super) repository: &'static str,
    pub(super) description: &'static str,
    pub(super) license: &'static str,
    /// The day of the release, such as `2026-11-29`.
    date: String,
    /// The archives, by the triples of their platforms.
    archives: BTreeMap<&'static str, Archive>,
    /// The names of the platforms in the AUR.
    arches: Vec<&'static str>,
    arch_archives: BTreeMap<&'static str, Archive>,
    /// The archives by the names of their platforms in Nix.
    nix_archives: BTreeMap<&'static str, Archive>,
}

/// An archive of the release.
#[derive(Clone, Serialize)]
struct Archive {
    url: String,
    sha256: String,
    /// The same sum as browsers and Nix write it.
    sri: String,
}

impl Facts {
    /// Of the archives that this run has made.
    pub(super) fn new(release: &Release) -> Result<Self> {
        let mut archives = BTreeMap::new();
        for target in &release.targets {
            archives.insert(target.triple, Archive::new(release, *target)?);
        }
        let by = |name: fn(&str) -> Option<&'static str>| -> BTreeMap<&'static str, Archive> {
            let named =
                archives.iter().filter_map(|(triple, archive)| Some((name(triple)?, archive.clone())));
            named.collect()
        };
        let (arch_archives, nix_archives) = (by(arch), by(nix));
        let date = OffsetDateTime::from_unix_timestamp(i64::try_from(release.epoch)?)?.date().to_string();
        Ok(Self {
            version: release.version,
            repository: release.repository,
            description: DESCRIPTION,
            license: env!("CARGO_PKG_LICENSE"),
            date,
            archives,
            arches: arch_archives.keys().copied().collect(),
            arch_archives,
            nix_archives,
        })
    }

    /// Whether there is an archive for this platform.
    pub(super) fn has(&self, triple: &str) -> bool {
        self.archives.contains_key(triple)
    }
}

impl Archive {
    fn new(release: &Release, target: Target) -> Result<Self> {
        let name = archive::name(release, target);
        let sum =
            sums::of(&release.folder("release")?.join(&name)).context("archives come before channels")?;
        let sri = format!("sha256-{}", BASE64.encode(&sum));
        Ok(Self { url: release.url(&name), sha256: HEXLOWER.encode(&sum), sri })
    }
}

/// What Arch Linux and its ports call a platform.
fn arch(triple: &str) -> Option<&'static str> {
    match triple {
        "x86_64-unknown-linux-musl" => Some("x86_64"),
        "aarch64-unknown-linux-musl" => Some("aarch64"),
        "armv7-unknown-linux-musleabihf" => Some("armv7h"),
        _ => None,
    }
}

/// What Nix calls a platform.
fn nix(triple: &str) -> Option<&'static str> {
    match triple {
        "x86_64-unknown-linux-musl" => Some("x86_64-linux"),
        "aarch64-unknown-linux-musl" => Some("aarch64-linux"),
        "armv7-unknown-linux-musleabihf" => Some("armv7l-linux"),
        "aarch64-apple-darwin" => Some("aarch64-darwin"),
        "x86_64-apple-darwin" => Some("x86_64-darwin"),
        _ => None,
    }
}

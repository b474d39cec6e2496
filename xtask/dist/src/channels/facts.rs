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
        let mut built = Vec::new();
        for target in &release.targets {
            built.push((*target, Archive::new(release, *target)?));
        }
        let by = |name: fn(Target) -> Option<&'static str>| -> BTreeMap<&'static str, Archive> {
            let named = built.iter().filter_map(|(target, archive)| Some((name(*target)?, archive.clone())));
            named.collect()
        };
        let archives = by(|target| Some(target.triple));
        let (arch_archives, nix_archives) = (by(|target| target.aur), by(|target| target.nix));
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

//! Writes what other package managers need to know of the release: text for Homebrew, scoop,
//! winget, the AUR and Nix, and a container image.
//!
//! All of it comes from one description, [`facts::Facts`].

mod facts;
mod image;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::release::{self, Release};
use crate::templates::Templates;
use facts::Facts;

/// The platforms of Linux.
const LINUX: &[&str] =
    &["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl", "armv7-unknown-linux-musleabihf"];

/// The platforms of Linux and macOS.
const UNIX: &[&str] = &[
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "armv7-unknown-linux-musleabihf",
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
];

/// The platform of Windows.
const WINDOWS: &[&str] = &["x86_64-pc-windows-gnu"];

/// Each channel: its folder, its files, and the platforms that it serves.
const CHANNELS: [(&str, &[&str], &[&str]); 5] = [
    ("homebrew", &["nws.rb"], UNIX),
    ("scoop", &["nws.json"], WINDOWS),
    (
        "winget",
        &[
            "NetworkWebSockets.NWS.yaml",
            "NetworkWebSockets.NWS.installer.yaml",
            "NetworkWebSockets.NWS.locale.en-US.yaml",
        ],
        WINDOWS,
    ),
    ("aur", &["PKGBUILD", ".SRCINFO"], LINUX),
    ("nix", &["flake.nix"], UNIX),
];

/// Writes all channels. A channel without its platforms in this run is left out, and that is said.
pub(crate) fn make(release: &Release) -> Result<()> {
    let facts = Facts::new(release)?;
    let folder = release.folder("channels")?;
    let templates = Templates::of_checkout()?;
    for (channel, files, platforms) in CHANNELS {
        if !is_served(channel, &facts, platforms) {
            continue;
        }
        for file in files {
            let text = templates.fill(&format!("channels/{channel}/{file}"), &facts)?;
            release::write(&made(&folder.join(channel))?.join(file), text)?;
        }
    }
    if is_served("container", &facts, LINUX) {
        image::make(release, &facts, &made(&folder.join("container"))?)?;
    }
    Ok(())
}

/// Whether this run has built something for the channel. Says what is missing.
fn is_served(channel: &str, facts: &Facts, platforms: &[&str]) -> bool {
    let missing: Vec<&str> = platforms.iter().copied().filter(|triple| !facts.has(triple)).collect();
    let is_served = missing.len() < platforms.len();
    if !missing.is_empty() {
        let state = if is_served { "is incomplete" } else { "is left out" };
        println!("channel {channel} {state}: this run builds nothing for {}", missing.join(", "));
    }
    is_served
}

fn made(folder: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder.to_owned())
}

//! Writes what other package managers need to know of the release: text for Homebrew, scoop,
//! winget, the AUR and Nix, and a container image.
//!
//! All of it comes from one description, [`facts::Facts`].

mod facts;
mod image;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::release::{self, Release};
use crate::target::{System, TARGETS, Target};
use crate::templates::Templates;
use facts::Facts;

/// A place from which people install programs.
struct Channel {
    /// Its folder.
    name: &'static str,
    /// Its files.
    files: &'static [&'static str],
    /// Whether it serves a platform.
    serves: fn(&Target) -> bool,
}

const CHANNELS: [Channel; 5] = [
    Channel {
        name: "homebrew",
        files: &["nws.rb"],
        serves: |target| matches!(target.system, System::Linux | System::MacOs),
    },
    Channel { name: "scoop", files: &["nws.json"], serves: is_windows },
    Channel {
        name: "winget",
        files: &[
            "NetworkWebSockets.NWS.yaml",
            "NetworkWebSockets.NWS.installer.yaml",
            "NetworkWebSockets.NWS.locale.en-US.yaml",
        ],
        serves: is_windows,
    },
    Channel { name: "aur", files: &["PKGBUILD", ".SRCINFO"], serves: |target| target.aur.is_some() },
    Channel { name: "nix", files: &["flake.nix"], serves: |target| target.nix.is_some() },
];

/// Writes all channels. A channel without its platforms in this run is left out, and that is said.
pub(crate) fn make(release: &Release) -> Result<()> {
    let facts = Facts::new(release)?;
    let folder = release.folder("channels")?;
    let templates = Templates::of_checkout()?;
    for Channel { name, files, serves } in CHANNELS {
        if !is_served(release, name, serves) {
            continue;
        }
        for file in files {
            let text = templates.fill(&format!("channels/{name}/{file}"), &facts)?;
            release::write(&made(&folder.join(name))?.join(file), text)?;
        }
    }
    if is_served(release, "container", |target| target.container.is_some()) {
        image::make(release, &facts, &made(&folder.join("container"))?)?;
    }
    Ok(())
}

/// Whether this run has built something for the channel. Says what is missing.
fn is_served(release: &Release, channel: &str, serves: fn(&Target) -> bool) -> bool {
    let (built, missing): (Vec<_>, Vec<_>) =
        TARGETS.into_iter().filter(serves).partition(|target| release.targets.contains(target));
    if !missing.is_empty() {
        let state = if built.is_empty() { "is left out" } else { "is incomplete" };
        let missing: Vec<&str> = missing.iter().map(|target| target.triple).collect();
        println!("channel {channel} {state}: this run builds nothing for {}", missing.join(", "));
    }
    !built.is_empty()
}

fn is_windows(target: &Target) -> bool {
    target.system == System::Windows
}

fn made(folder: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder.to_owned())
}

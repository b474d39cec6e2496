//! Writes the software bill of materials: every library in the proxy, with its version, licence and
//! checksum, as CycloneDX JSON.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nws_tools::{Step, checkout};
use serde_json::Value;

use crate::release::{self, Release};
use crate::target::Target;
use crate::tools::Tools;

/// The crate whose bill is written.
const PROXY: &str = "nws-proxy";

/// Writes one bill for each platform: each has other libraries.
pub(crate) fn make(release: &Release, tools: &Tools) -> Result<()> {
    let members = Member::all()?;
    for target in &release.targets {
        bill(release, tools, &members, *target)?;
    }
    Ok(())
}

/// The name of the bill for `target`, among the files of a GitHub release.
pub(crate) fn name(release: &Release, target: Target) -> String {
    format!("{}.json", stem(release, target))
}

fn stem(release: &Release, target: Target) -> String {
    format!("nws-{}-{target}.cdx", release.version)
}

fn bill(release: &Release, tools: &Tools, members: &[Member], target: Target) -> Result<()> {
    let step = tools.cargo("cyclonedx --quiet --format json --no-build-deps --spec-version 1.5 --target")?;
    let step = step.arg(target.triple).arg("--override-filename").arg(stem(release, target));
    let step = step.arg("--manifest-path").arg(checkout::root().join("proxy/Cargo.toml"));
    step.env("SOURCE_DATE_EPOCH", release.epoch.to_string()).run()?;
    let name = name(release, target);
    let bill = members.iter().find(|member| member.name == PROXY).context("the workspace has no proxy")?;
    let bill = bill.placeless(&name)?;
    // The tool writes one beside each manifest of the workspace.
    for member in members {
        member.remove(&name)?;
    }
    release::write(&release.folder("release")?.join(name), bill)
}

/// A crate of the workspace.
struct Member {
    name: String,
    folder: PathBuf,
    /// What cargo calls it, such as `path+file:///home/me/nws/proxy#nws-proxy@1.2.3`.
    id: String,
}

impl Member {
    fn all() -> Result<Vec<Self>> {
        let text = Step::cargo("metadata --format-version 1 --no-deps").read()?;
        let metadata: Value = serde_json::from_str(&text)?;
        let packages = metadata["packages"].as_array().context("cargo metadata names no packages")?;
        packages.iter().map(|package| Self::of(package).context("cargo metadata lacks a field")).collect()
    }

    fn of(package: &Value) -> Option<Self> {
        let text = |field: &str| Some(package[field].as_str()?.to_owned());
        let folder = Path::new(&text("manifest_path")?).parent()?.to_owned();
        Some(Self { name: text("name")?, folder, id: text("id")? })
    }

    /// The bill of this crate, without the folder in which the checkout lies.
    fn placeless(&self, file: &str) -> Result<String> {
        let text =
            fs::read_to_string(self.folder.join(file)).context("cargo-cyclonedx has written no bill")?;
        let (folder, _) = self.id.rsplit_once('/').context("the id of a crate names its folder")?;
        let root = folder.trim_start_matches("path+");
        Ok(text.replace(root, "file://."))
    }

    fn remove(&self, file: &str) -> Result<()> {
        match fs::remove_file(self.folder.join(file)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }
}

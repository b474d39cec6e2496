//! Makes the Python wheels of the proxy, one for each platform.
//!
//! hatchling packs the binary that is in the archives. maturin would compile it once more for each
//! platform: it has wrappers of its own for the C compiler, and so finds nothing compiled.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use nws_tools::checkout;

use crate::release::{self, Release};
use crate::target::Target;
use crate::tools::Tools;
use crate::{bill, documents};

/// The files of `proxy/python` from which a wheel is made.
const SOURCES: [&str; 3] = ["pyproject.toml", "README.md", "wheel.py"];

/// Makes the wheels of the release's platforms.
pub(crate) fn make(release: &Release, tools: &Tools) -> Result<()> {
    for target in &release.targets {
        wheel(release, tools, *target)?;
    }
    Ok(())
}

fn wheel(release: &Release, tools: &Tools, target: Target) -> Result<()> {
    let folder = release::emptied(release.work("wheel")?.join(target.triple))?;
    gather(release, target, &folder)?;
    let build = tools.python("hatchling")?.dir(&folder).words("build --target wheel --directory");
    build
        .arg(release.folder("wheels")?)
        .env("NWS_VERSION", release.version)
        .env("NWS_PLATFORMS", target.wheel.join("."))
        .env("SOURCE_DATE_EPOCH", release.epoch.to_string())
        .run()
}

/// Puts together in `folder` what is in the wheel, and what describes it.
fn gather(release: &Release, target: Target, folder: &Path) -> Result<()> {
    for name in SOURCES {
        copy(&checkout::root().join("proxy/python").join(name), folder)?;
    }
    copy(&checkout::root().join("LICENSE"), folder)?;
    copy(&documents::folder(release)?.join(documents::LICENCES), folder)?;
    copy(&release.folder("release")?.join(bill::name(release, target)), folder)?;
    copy(&release.binary(target), folder)
}

fn copy(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().context("a file has a name")?;
    fs::copy(file, folder.join(name)).with_context(|| format!("cannot copy {}", file.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use nws_tools::checkout;

    #[test]
    fn the_metadata_names_the_repository_of_the_workspace() {
        let metadata = fs::read_to_string(checkout::root().join("proxy/python/pyproject.toml")).unwrap();
        let metadata: toml::Table = metadata.parse().unwrap();
        assert_eq!(metadata["project"]["urls"]["Source"].as_str(), Some(env!("CARGO_PKG_REPOSITORY")));
    }
}

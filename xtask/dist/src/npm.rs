//! Makes the npm packages of the proxy: one for each platform, with the binary, and one that
//! depends on all of them and starts the one that npm has installed. The package for pages, which
//! the proxy carries, lies beside them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nws_tools::{checkout, npm};
use serde_json::{Map, Value, json};

use crate::documents;
use crate::release::{self, Release};
use crate::target::{TARGETS, Target};

/// What the package of a platform says of itself as the launcher does.
const SHARED: [&str; 4] = ["homepage", "license", "publishConfig", "repository"];

/// Makes the packages of the release's platforms, and the launcher.
pub(crate) fn make(release: &Release) -> Result<()> {
    for target in &release.targets {
        pack(release, &platform(release, *target)?)?;
    }
    pack(release, &launcher(release)?)?;
    pages(release)
}

/// The package for pages, with the very bytes that the proxy serves.
fn pages(release: &Release) -> Result<()> {
    let carried = checkout::root().join("polyfill/dist/networkwebsockets.tgz");
    let place = release.folder("npm")?.join(format!("networkwebsockets-{}.tgz", release.version));
    fs::copy(&carried, place).with_context(|| format!("cannot copy {}", carried.display()))?;
    Ok(())
}

/// The folder with what the package of the launcher has. It depends on the packages of all
/// platforms, whatever this run has built.
fn launcher(release: &Release) -> Result<PathBuf> {
    let folder = release::emptied(release.work("npm")?.join("proxy"))?;
    let mut manifest = manifest()?;
    let packages = TARGETS.map(|target| Ok((package(target)?, release.version.into())));
    let packages = packages.into_iter().collect::<Result<Map<_, _>>>()?;
    manifest.insert("version".to_owned(), release.version.into());
    manifest.insert("optionalDependencies".to_owned(), packages.into());
    place(&folder, "package.json", pretty(&manifest)?)?;
    place(&folder, "nws.js", read(&source("nws.js"))?)?;
    place(&folder, "README.md", read(&source("README.md"))?)?;
    place(&folder, "LICENSE", read(&checkout::root().join("LICENSE"))?)?;
    Ok(folder)
}

/// The folder with what the package of one platform has.
fn platform(release: &Release, target: Target) -> Result<PathBuf> {
    let (system, processor) = target.node;
    let folder = release::emptied(release.work("npm")?.join(format!("proxy-{system}-{processor}")))?;
    place(&folder, "package.json", pretty(&description(release, target)?)?)?;
    place(&folder, "README.md", introduction(target)?.into_bytes())?;
    place(&folder, "LICENSE", read(&checkout::root().join("LICENSE"))?)?;
    place(&folder, documents::LICENCES, read(&documents::folder(release)?.join(documents::LICENCES))?)?;
    let programs = folder.join("bin");
    fs::create_dir(&programs)?;
    place(&programs, target.program(), read(&release.binary(target))?)?;
    allow(&programs.join(target.program()), 0o755)?;
    Ok(folder)
}

/// The manifest of the package of one platform. Yarn must not leave it packed, as what is in an
/// archive cannot be started.
fn description(release: &Release, target: Target) -> Result<Map<String, Value>> {
    let (system, processor) = target.node;
    let mut manifest = manifest()?;
    manifest.retain(|key, _| SHARED.contains(&key.as_str()));
    let own = json!({
        "name": package(target)?,
        "version": release.version,
        "description": format!("The Network Web Sockets proxy for {}", target.name),
        "os": [system],
        "cpu": [processor],
        "preferUnplugged": true,
    });
    manifest.extend(own.as_object().cloned().unwrap_or_default());
    Ok(manifest)
}

fn introduction(target: Target) -> Result<String> {
    let launcher = launcher_name()?;
    let name = target.name;
    Ok(format!(
        "# {}\n\nThis package has the program of [{launcher}](https://www.npmjs.com/package/{launcher})\n\
         for {name}. Install that one.\n",
        package(target)?,
    ))
}

/// The name of the package for `target`. The launcher looks for it.
fn package(target: Target) -> Result<String> {
    let (system, processor) = target.node;
    Ok(format!("{}-{system}-{processor}", launcher_name()?))
}

fn launcher_name() -> Result<String> {
    let manifest = manifest()?;
    Ok(manifest.get("name").and_then(Value::as_str).context("proxy/npm/package.json has no name")?.to_owned())
}

/// The manifest of the launcher without what every release has anew.
fn manifest() -> Result<Map<String, Value>> {
    serde_json::from_slice(&read(&source("package.json"))?).context("proxy/npm/package.json is no manifest")
}

fn source(name: &str) -> PathBuf {
    checkout::root().join("proxy/npm").join(name)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("cannot read {}", file.display()))
}

fn pretty(manifest: &Map<String, Value>) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(manifest)?;
    text.push(b'\n');
    Ok(text)
}

/// Writes a file with the mode that it has in the package, whatever the umask of this process is.
fn place(folder: &Path, name: &str, bytes: Vec<u8>) -> Result<()> {
    let file = folder.join(name);
    release::write(&file, bytes)?;
    allow(&file, 0o644)
}

/// Sets the mode of a file. Windows has none, so releases with packages for other systems are not
/// made there.
fn allow(file: &Path, mode: u32) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file, fs::Permissions::from_mode(mode))
            .with_context(|| format!("cannot change the mode of {}", file.display()))?;
    }
    #[cfg(not(unix))]
    let _ = (file, mode);
    Ok(())
}

/// Packs a folder. Equal files give equal bytes: npm writes a fixed date and no owner.
fn pack(release: &Release, folder: &Path) -> Result<()> {
    let pack = npm::npm(".").dir(folder).words("pack --ignore-scripts --silent --pack-destination");
    pack.arg(release.folder("npm")?).run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_names_the_repository_of_the_workspace() {
        let manifest = manifest().unwrap();
        let repository = env!("CARGO_PKG_REPOSITORY");
        assert_eq!(manifest["repository"]["url"], format!("git+{repository}.git"));
        assert_eq!(manifest["homepage"], format!("{repository}#readme"));
    }

    #[test]
    fn no_package_runs_anything_when_it_is_installed() {
        assert!(!manifest().unwrap().contains_key("scripts"));
    }
}

//! Knows the version of the project: it stands in Cargo.toml, and every copy has to be equal to it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use nws_tools::npm;
use semver::Version;
use serde_json::Value;
use toml_edit::{ArrayOfTables, DocumentMut, Table, value};

const MANIFEST: &str = "Cargo.toml";

/// The lock file of the workspace first, then those of the crates that are not part of it.
const LOCKS: [&str; 4] =
    ["Cargo.lock", "examples/matchbox/Cargo.lock", "protocol/fuzz/Cargo.lock", "proxy/fuzz/Cargo.lock"];

/// The Python package.
const PYTHON: &str = "python/pyproject.toml";

/// The folders of npm packages that have a version.
const PACKAGES: [&str; 1] = ["polyfill"];

/// The version in the Cargo.toml of this checkout.
pub(crate) fn of_workspace(root: &Path) -> Result<Version> {
    let manifest = document(root, MANIFEST)?;
    let version = manifest["workspace"]["package"]["version"].as_str();
    let version = version.with_context(|| format!("{MANIFEST} has no workspace.package.version"))?;
    Version::parse(version).with_context(|| format!("the version in {MANIFEST} is \"{version}\""))
}

/// Fails if a copy differs from the version in Cargo.toml.
pub(crate) fn check(root: &Path) -> Result<()> {
    let version = of_workspace(root)?.to_string();
    let mut wrong = locks(root)?;
    wrong.extend(packages(root)?);
    wrong.push(python(root)?);
    wrong.retain(|copy| copy.version != version);
    if !wrong.is_empty() {
        let wrong = wrong.iter().map(|Copy { place, version }| format!("{place} has \"{version}\""));
        bail!("{MANIFEST} has version \"{version}\", but {}", wrong.collect::<Vec<_>>().join(", "));
    }
    Ok(())
}

/// Writes the version into Cargo.toml and into every copy.
pub(crate) fn set(root: &Path, version: &Version) -> Result<()> {
    let members = members(root)?;
    let mut manifest = document(root, MANIFEST)?;
    manifest["workspace"]["package"]["version"] = value(version.to_string());
    write(root, MANIFEST, &manifest)?;
    for lock in LOCKS {
        let mut document = document(root, lock)?;
        for package in
            document["package"].as_array_of_tables_mut().into_iter().flat_map(ArrayOfTables::iter_mut)
        {
            if members.contains(&name(package)) {
                package["version"] = value(version.to_string());
            }
        }
        write(root, lock, &document)?;
    }
    for package in PACKAGES {
        let npm = npm::npm(root.join(package)).words("version --no-git-tag-version --ignore-scripts");
        npm.words("--allow-same-version --silent").arg(version.to_string()).unannounced().read()?;
    }
    let mut project = document(root, PYTHON)?;
    project["project"]["version"] = value(version.to_string());
    write(root, PYTHON, &project)
}

/// The version of the Python package.
fn python(root: &Path) -> Result<Copy> {
    let project = document(root, PYTHON)?;
    let version = project["project"]["version"].as_str().unwrap_or_default();
    Ok(Copy { place: PYTHON.to_owned(), version: version.to_owned() })
}

/// A copy of the version.
struct Copy {
    place: String,
    version: String,
}

fn locks(root: &Path) -> Result<Vec<Copy>> {
    let members = members(root)?;
    let mut copies = Vec::new();
    for lock in LOCKS {
        let document = document(root, lock)?;
        let own = tables(&document).filter(|package| members.contains(&name(package)));
        copies.extend(own.map(|package| Copy {
            place: format!("{} in {lock}", name(package)),
            version:
                package.get("version").and_then(|version| version.as_str()).unwrap_or_default().to_owned(),
        }));
    }
    Ok(copies)
}

fn packages(root: &Path) -> Result<Vec<Copy>> {
    let mut copies = Vec::new();
    for folder in PACKAGES {
        let (manifest, lock) = (format!("{folder}/package.json"), format!("{folder}/package-lock.json"));
        let (package, locked) = (json(root, &manifest)?, json(root, &lock)?);
        let claims = [
            (&manifest, &package["version"]),
            (&lock, &locked["version"]),
            (&lock, &locked["packages"][""]["version"]),
        ];
        copies.extend(claims.map(|(place, version)| Copy {
            place: place.clone(),
            version: version.as_str().unwrap_or_default().to_owned(),
        }));
    }
    Ok(copies)
}

/// The names of the crates of the workspace: their packages come from no registry.
fn members(root: &Path) -> Result<Vec<String>> {
    let lock = document(root, LOCKS[0])?;
    Ok(tables(&lock).filter(|package| !package.contains_key("source")).map(name).collect())
}

fn tables(lock: &DocumentMut) -> impl Iterator<Item = &Table> {
    lock["package"].as_array_of_tables().into_iter().flat_map(ArrayOfTables::iter)
}

fn name(package: &Table) -> String {
    package.get("name").and_then(|name| name.as_str()).unwrap_or_default().to_owned()
}

fn document(root: &Path, file: &str) -> Result<DocumentMut> {
    let text = fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"))?;
    text.parse().with_context(|| format!("cannot read {file}"))
}

fn write(root: &Path, file: &str, document: &DocumentMut) -> Result<()> {
    fs::write(root.join(file), document.to_string()).with_context(|| format!("cannot write {file}"))
}

fn json(root: &Path, file: &str) -> Result<Value> {
    let text = fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"))?;
    serde_json::from_str(&text).with_context(|| format!("cannot read {file}"))
}

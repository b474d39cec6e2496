//! Makes the documents that lie beside the proxy in every package: manual pages, completions for
//! shells, and the licences of all that the proxy is built from.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use data_encoding::HEXLOWER;
use nws_tools::{Step, checkout};
use sha2::{Digest, Sha256};
use toml::{Table, Value};

use crate::release::{self, Release};
use crate::target::TARGETS;
use crate::tools::Tools;

/// Shells, and how each calls its file of completions for `nws`.
const SHELLS: [(&str, &str); 4] =
    [("bash", "nws.bash"), ("zsh", "_nws"), ("fish", "nws.fish"), ("powershell", "nws.ps1")];

/// The file with the licences of all crates.
pub(crate) const LICENCES: &str = "THIRD-PARTY-LICENSES.html";

/// The folder of the documents: `man/`, `completions/` and [`LICENCES`].
pub(crate) fn folder(release: &Release) -> Result<PathBuf> {
    release.work("documents")
}

/// Makes the documents.
pub(crate) fn make(release: &Release, tools: &Tools) -> Result<()> {
    let folder = release::emptied(folder(release)?)?;
    let licences = licences(release, tools)?;
    fs::copy(&licences, folder.join(LICENCES))
        .with_context(|| format!("cannot copy {}", licences.display()))?;
    let proxy = describing_proxy()?;
    Step::new(&proxy).arg("man").arg(release.work("documents/man")?).run()?;
    let completions = release.work("documents/completions")?;
    for (shell, name) in SHELLS {
        let text = Step::new(&proxy).arg("completions").arg(shell).read()?;
        release::write(&completions.join(name), text)?;
    }
    Ok(())
}

/// Every file of the documents, sorted.
pub(crate) fn all(release: &Release) -> Result<Vec<PathBuf>> {
    let mut found = vec![folder(release)?.join(LICENCES)];
    for name in ["man", "completions"] {
        let entries = fs::read_dir(release.work(&format!("documents/{name}"))?)?;
        let files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        found.extend(files);
    }
    found.sort();
    Ok(found)
}

/// Collects the licences of the crates of all platforms. It reads only the crates themselves: texts
/// that come from elsewhere may change.
fn licences(release: &Release, tools: &Tools) -> Result<PathBuf> {
    let config = about()?;
    let template = checkout::root().join("xtask/dist/templates/licences.hbs");
    let file = release.work("licences")?.join(format!("{}.html", digest(&config, &template)?));
    if file.exists() {
        return Ok(file);
    }
    release::emptied(release.work("licences")?)?;
    Step::cargo("fetch --locked").run()?;
    let place = release::work().join("about.toml");
    release::write(&place, config)?;
    let about = tools.cargo("about generate --frozen --fail --config")?.arg(place);
    let about = about.arg("--manifest-path").arg(checkout::root().join("proxy/Cargo.toml"));
    let beside = file.with_extension("new");
    about.arg("--output-file").arg(&beside).arg(template).run()?;
    fs::rename(&beside, &file).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

/// A digest of all that the licences depend on: which crates there are, how they are shown, and by
/// which version of cargo-about. To collect them takes a minute.
fn digest(config: &str, template: &Path) -> Result<String> {
    let manifests = Step::new("git").words("ls-files *Cargo.toml Cargo.lock").unannounced().read()?;
    let files = manifests
        .lines()
        .map(|file| checkout::root().join(file))
        .chain([template.to_owned(), checkout::root().join("xtask/dist/src/tools.rs")]);
    let mut digest = Sha256::new_with_prefix(config);
    for file in files {
        digest.update(fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    Ok(HEXLOWER.encode(&digest.finalize()))
}

/// The configuration of cargo-about. It allows the licences that deny.toml allows.
fn about() -> Result<String> {
    let path = checkout::root().join("deny.toml");
    let deny: Table = fs::read_to_string(&path)?.parse().context("cannot read deny.toml")?;
    let allowed = deny.get("licenses").and_then(|licences| licences.get("allow"));
    let mut about = Table::new();
    about.insert("accepted".to_owned(), allowed.context("deny.toml allows no licences")?.clone());
    let targets = TARGETS.map(|target| Value::from(target.triple));
    about.insert("targets".to_owned(), Value::Array(targets.into()));
    for ignored in ["ignore-build-dependencies", "ignore-dev-dependencies"] {
        about.insert(ignored.to_owned(), true.into());
    }
    about.insert("private".to_owned(), Table::from_iter([("ignore".to_owned(), true.into())]).into());
    about.extend(exceptions(&deny));
    Ok(about.to_string())
}

/// The crates for which deny.toml allows more. cargo-about takes the licences of all targets
/// together, so it finds crates of one system behind those of another.
fn exceptions(deny: &Table) -> impl Iterator<Item = (String, Value)> {
    let exceptions = deny.get("licenses").and_then(|licences| licences.get("exceptions"));
    let exceptions = exceptions.and_then(Value::as_array).into_iter().flatten();
    exceptions.filter_map(|it| {
        let accepted = Table::from_iter([("accepted".to_owned(), it.get("allow")?.clone())]);
        Some((it.get("crate")?.as_str()?.to_owned(), accepted.into()))
    })
}

/// The proxy of this machine: it describes its own flags.
fn describing_proxy() -> Result<PathBuf> {
    Step::cargo("build --quiet --package nws-proxy --bin nws").run()?;
    let proxy = checkout::program("nws", false);
    proxy.is_file().then_some(proxy).context("cargo has built no proxy for this machine")
}

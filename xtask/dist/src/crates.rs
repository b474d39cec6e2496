//! Makes the crates of crates.io, with which `cargo install nws` builds the proxy.
//!
//! A crate can only have what lies below its own folder, and the proxy carries files from elsewhere.
//! So a second workspace is laid out, which has the crates of the proxy and these files, and no
//! tests. It is released too: cargo publishes sources, and packs them once more.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nws_tools::{Step, checkout};
use toml::{Table, Value};

use crate::release::{self, Release};

/// The folder of each crate, and its name on crates.io.
const CRATES: [(&str, &str); 8] = [
    ("protocol", "nws-protocol"),
    ("client-core", "nws-client-core"),
    ("client", "networkwebsockets"),
    ("proxy/token-bucket", "nws-token-bucket"),
    ("proxy/core", "nws-core"),
    ("proxy/matching", "nws-matching"),
    ("proxy/backbone", "nws-backbone"),
    (PROXY, "nws"),
];
const PROXY: &str = "proxy";

/// What a crate has of its folder.
const SOURCES: [&str; 3] = ["src/", "build.rs", "README.md"];

/// What the proxy carries from elsewhere, as `proxy/src/assets.rs` includes it: the folder, the ends
/// of names, and the place in the crate.
const CARRIED: [(&str, &[&str], &str); 3] = [
    ("proxy/console/dist", &[".gz"], "assets/console"),
    ("demo", &[".html", ".webp", ".svg", ".gz"], "assets/demo"),
    (
        "polyfill/dist",
        &[
            "networkwebsockets.js",
            "networkwebsockets.mjs",
            "networkwebsockets.tgz",
            "networkwebsockets-streams.js",
            "networkwebsockets-streams.mjs",
        ],
        "assets/client",
    ),
];

/// Makes the crates, and the workspace from which cargo publishes them.
pub(crate) fn make(release: &Release) -> Result<()> {
    let workspace = release::emptied(release.folder("crates")?.join("workspace"))?;
    lay_out(release, &workspace)?;
    let target = release::emptied(release.work("crates")?)?;
    Step::cargo("package --workspace --no-verify --quiet --target-dir").arg(&target).dir(&workspace).run()?;
    for (_, name) in CRATES {
        let file = format!("{name}-{}.crate", release.version);
        let packed = target.join("package").join(&file);
        fs::copy(&packed, release.folder("crates")?.join(&file))
            .with_context(|| format!("cannot copy {}", packed.display()))?;
    }
    Ok(())
}

fn lay_out(release: &Release, workspace: &Path) -> Result<()> {
    release::write(&workspace.join("Cargo.toml"), root(release)?.to_string())?;
    copy(&checkout::root().join("Cargo.lock"), &workspace.join("Cargo.lock"))?;
    for (folder, name) in CRATES {
        let place = workspace.join(folder);
        fs::create_dir_all(&place)?;
        release::write(&place.join("Cargo.toml"), manifest(folder, name)?.to_string())?;
        release::write(&place.join("README.md"), introduction(release, folder, name)?)?;
        copy(&checkout::root().join("LICENSE"), &place.join("LICENSE"))?;
        for file in sources(folder)? {
            copy(&checkout::root().join(folder).join(&file), &place.join(&file))?;
        }
    }
    for (folder, ends, place) in CARRIED {
        carry(&checkout::root().join(folder), ends, &workspace.join(PROXY).join(place))?;
    }
    // The lock file of the checkout has more packages than these crates need.
    Step::cargo("metadata --format-version 1").dir(workspace).unannounced().read().map(drop)
}

/// The manifest of the workspace, with these crates alone.
fn root(release: &Release) -> Result<Table> {
    let mut root = parse(&checkout::root().join("Cargo.toml"))?;
    root.remove("profile");
    let workspace = table(&mut root, "workspace")?;
    workspace.remove("exclude");
    let folders = CRATES.iter().map(|(folder, _)| Value::from(*folder));
    workspace.insert("members".to_owned(), Value::Array(folders.collect()));
    table(workspace, "package")?.insert("publish".to_owned(), true.into());
    let dependencies = table(workspace, "dependencies")?;
    dependencies.retain(|name, one| one.get("path").is_none() || CRATES.iter().any(|(_, own)| *own == name));
    for (_, dependency) in dependencies.iter_mut() {
        if let Some(own) = dependency.as_table_mut().filter(|one| one.contains_key("path")) {
            // They are parts of one program, and every version may change what they ask of each other.
            own.insert("version".to_owned(), format!("={}", release.version).into());
        }
    }
    Ok(root)
}

/// The manifest of a crate without its tests.
fn manifest(folder: &str, name: &str) -> Result<Table> {
    let mut manifest = parse(&checkout::root().join(folder).join("Cargo.toml"))?;
    manifest.remove("dev-dependencies");
    let targets = manifest.get_mut("target").and_then(Value::as_table_mut);
    for (_, target) in targets.into_iter().flat_map(Table::iter_mut) {
        target.as_table_mut().and_then(|target| target.remove("dev-dependencies"));
    }
    let package = table(&mut manifest, "package")?;
    let library = package.get("name").and_then(Value::as_str).unwrap_or_default().replace('-', "_");
    package.insert("name".to_owned(), name.into());
    package.insert("readme".to_owned(), "README.md".into());
    let mut lib = Table::new();
    lib.insert("name".to_owned(), library.into());
    manifest.insert("lib".to_owned(), lib.into());
    Ok(manifest)
}

/// The page of a crate. The one that people use has its own.
fn introduction(release: &Release, folder: &str, name: &str) -> Result<String> {
    let Release { repository, .. } = release;
    Ok(match name {
        "networkwebsockets" => {
            let readme = checkout::root().join(folder).join("README.md");
            fs::read_to_string(&readme).with_context(|| format!("cannot read {}", readme.display()))?
        }
        "nws" => format!(
            "# nws\n\nThe proxy of [Network Web Sockets]({repository}): web pages and programs that pick the same \
             channel name\nfind each other, on one machine and on the local network.\n\n```\ncargo install --locked nws\nnws\n\
             ```\n\nThen open <http://localhost:9009/>. The [README]({repository}#readme) has the rest. The library \
             of\nthis crate is for its own tests.\n"
        ),
        _ => format!(
            "# {name}\n\nA part of the proxy of [Network Web Sockets]({repository}), which is the crate\n\
             [nws](https://crates.io/crates/nws). Every version may change the interface of this part.\n"
        ),
    })
}

/// The sources of a crate that git knows, relative to its folder.
fn sources(folder: &str) -> Result<Vec<PathBuf>> {
    let files = Step::new("git").words("ls-files").dir(folder).unannounced().read()?;
    let own = files.lines().filter(|file| SOURCES.iter().any(|start| file.starts_with(start)));
    Ok(own.map(PathBuf::from).collect())
}

/// Copies the files of a folder, and of those below it, whose names end so.
fn carry(folder: &Path, ends: &[&str], place: &Path) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            carry(&entry.path(), ends, &place.join(&name))?;
        } else if ends.iter().any(|end| name.to_string_lossy().ends_with(end)) {
            copy(&entry.path(), &place.join(&name))?;
        }
    }
    Ok(())
}

fn copy(file: &Path, place: &Path) -> Result<()> {
    let copied = place.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::copy(file, place));
    copied.map(drop).with_context(|| format!("cannot copy {}", file.display()))
}

fn parse(manifest: &Path) -> Result<Table> {
    let text = fs::read_to_string(manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    text.parse().with_context(|| format!("cannot read {}", manifest.display()))
}

fn table<'table>(of: &'table mut Table, key: &str) -> Result<&'table mut Table> {
    of.get_mut(key).and_then(Value::as_table_mut).with_context(|| format!("a manifest has no table {key}"))
}

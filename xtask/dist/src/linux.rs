//! Makes the packages for Debian and for RPM.
//!
//! Both are made from one folder: the files as they lie on a machine, the scripts, and a manifest
//! that is not that of the proxy, because the tools look for files relative to it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};
use nws_tools::{Step, checkout};
use time::OffsetDateTime;
use toml::{Table, Value};

use crate::documents;
use crate::release::{self, Release};
use crate::target::Target;
use crate::tools::Tools;

/// The revision of a package of the same version.
const REVISION: &str = "1";

/// Where completions belong, and what they are called among the documents.
const COMPLETIONS: [(&str, &str); 3] = [
    ("usr/share/bash-completion/completions/nws", "nws.bash"),
    ("usr/share/fish/vendor_completions.d/nws.fish", "nws.fish"),
    ("usr/share/zsh/site-functions/_nws", "_nws"),
];

/// Makes both packages for `target`, if it is a Linux.
pub(crate) fn make(release: &Release, tools: &Tools, target: Target) -> Result<()> {
    let (Some(debian), Some(rpm)) = (target.debian, target.rpm) else { return Ok(()) };
    let folder = stage(release, target)?;
    let version = release.version;
    let place = release.folder("release")?;
    let deb = place.join(format!("nws_{version}-{REVISION}_{debian}.deb"));
    let pack = tools.cargo("deb --quiet --no-build --no-strip --deb-revision")?.arg(REVISION);
    let pack = pack.arg("--target").arg(target.triple).arg("--output").arg(deb);
    dated(release, pack, &folder).run()?;
    let file = place.join(format!("nws-{version}-{REVISION}.{rpm}.rpm"));
    let pack = tools.cargo("generate-rpm --payload-compress xz --auto-req disabled --arch")?.arg(rpm);
    dated(release, pack.arg("--output").arg(file), &folder).run()
}

/// Both tools read the date from this variable, and the manifest from the folder.
fn dated(release: &Release, step: Step, folder: &Path) -> Step {
    let target = folder.join("target");
    step.env("SOURCE_DATE_EPOCH", release.epoch.to_string()).env("CARGO_TARGET_DIR", target).dir(folder)
}

/// Puts all that is packed into an empty folder.
fn stage(release: &Release, target: Target) -> Result<PathBuf> {
    let folder = release::emptied(release.work(&format!("packaging/{target}"))?)?;
    let root = folder.join("root");
    let sources = checkout::root().join("proxy/packaging");
    copy(&release.binary(target), &root.join("usr/bin/nws"))?;
    copy(&sources.join("nws.toml"), &root.join("etc/nws/nws.toml"))?;
    copy(&sources.join("nws.sysusers"), &root.join("usr/lib/sysusers.d/nws.conf"))?;
    copy(&sources.join("nws.service"), &folder.join("scripts/nws.service"))?;
    for script in fs::read_dir(sources.join("scripts"))? {
        let script = script?;
        copy(&script.path(), &folder.join("scripts").join(script.file_name()))?;
    }
    copy(&sources.join("lintian-overrides"), &folder.join("lintian-overrides"))?;
    copy(&checkout::root().join("LICENSE"), &folder.join("LICENSE"))?;
    stage_documents(release, &root)?;
    release::write(&folder.join("changelog"), changelog(release)?)?;
    release::write(&folder.join("Cargo.toml"), manifest(release, &sources)?)?;
    release::write(&folder.join("none.rs"), "")?;
    Ok(folder)
}

fn stage_documents(release: &Release, root: &Path) -> Result<()> {
    let documents = documents::folder(release)?;
    for (place, name) in COMPLETIONS {
        copy(&documents.join("completions").join(name), &root.join(place))?;
    }
    let about = root.join("usr/share/doc/nws");
    copy(&documents.join(documents::LICENCES), &about.join(documents::LICENCES))?;
    copy(&checkout::root().join("README.md"), &about.join("README.md"))?;
    let news = fs::read(checkout::root().join("CHANGELOG.md")).context("cannot read CHANGELOG.md")?;
    release::write(&about.join("changelog.gz"), compressed(&news)?)?;
    let pages = root.join("usr/share/man/man1");
    fs::create_dir_all(&pages)?;
    for page in fs::read_dir(documents.join("man"))? {
        let page = page?;
        let name = format!("{}.gz", page.file_name().to_string_lossy());
        release::write(&pages.join(name), compressed(&fs::read(page.path())?)?)?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().context("a file has a folder")?)?;
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

/// The bytes in gzip's format, without a date.
fn compressed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    Ok(gzip.finish()?)
}

/// The manifest of the packages, with what the workspace knows.
fn manifest(release: &Release, sources: &Path) -> Result<String> {
    let path = sources.join("linux.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut manifest: Table = text.parse().with_context(|| format!("cannot read {}", path.display()))?;
    let package = manifest.get_mut("package").and_then(Value::as_table_mut);
    let package = package.context("linux.toml has no table [package]")?;
    for (key, value) in [
        ("version", release.version),
        ("license", env!("CARGO_PKG_LICENSE")),
        ("repository", release.repository),
        ("homepage", release.repository),
    ] {
        package.insert(key.to_owned(), value.into());
    }
    let metadata = package.get_mut("metadata").and_then(|metadata| metadata.get_mut("generate-rpm"));
    let metadata = metadata.and_then(Value::as_table_mut).context("linux.toml says nothing of RPM")?;
    metadata.insert("version".to_owned(), version_of_packages(release.version).into());
    Ok(manifest.to_string())
}

/// A version as Debian and RPM write it. With a tilde, `1.0.0~rc.1` is older than `1.0.0`; RPM allows no
/// hyphen anywhere. cargo-deb does the same by itself.
fn version_of_packages(version: &str) -> String {
    version.replacen('-', "~", 1).replace('-', ".")
}

/// The changelog that Debian wants: it says where the real one is.
fn changelog(release: &Release) -> Result<String> {
    let date = OffsetDateTime::from_unix_timestamp(i64::try_from(release.epoch)?)?;
    let short = |name: String| name.chars().take(3).collect::<String>();
    let (weekday, month) = (short(date.weekday().to_string()), short(date.month().to_string()));
    let (hour, minute, second) = date.to_hms();
    let date = format!(
        "{weekday}, {:02} {month} {} {hour:02}:{minute:02}:{second:02} +0000",
        date.day(),
        date.year()
    );
    Ok(format!(
        "nws ({}-{REVISION}) stable; urgency=medium\n\n  * /usr/share/doc/nws/changelog.gz tells what is new.\n\n \
         -- The Network Web Sockets authors <namedwebsockets@users.noreply.github.com>  {date}\n",
        version_of_packages(release.version)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_candidate_is_older_than_its_release() {
        let versions = ["1.2.3", "1.2.3-rc.1", "1.2.3-a-b"].map(version_of_packages);
        assert_eq!(versions, ["1.2.3", "1.2.3~rc.1", "1.2.3~a.b"]);
    }
}

//! Reads, checks and writes CHANGELOG.md, which has the form of Keep a Changelog 1.1.0.

mod links;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use parse_changelog::Release;
use semver::Version;
use time::Date;
use time::format_description::well_known::Iso8601;

use links::Links;

const FILE: &str = "CHANGELOG.md";
const UNRELEASED: &str = "Unreleased";
const UNRELEASED_TITLE: &str = "## [Unreleased]";

/// The kinds of change that Keep a Changelog has.
const KINDS: [&str; 6] = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

/// The text of a changelog, and the address of the repository to which its links lead.
pub(crate) struct Changelog {
    text: String,
    repository: String,
}

impl Changelog {
    /// Reads the changelog of a checkout.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let text = fs::read_to_string(root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
        Ok(Self { text, repository: env!("CARGO_PKG_REPOSITORY").to_owned() })
    }

    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        fs::write(root.join(FILE), &self.text).with_context(|| format!("cannot write {FILE}"))
    }

    /// Fails if the form is wrong, or if neither this version nor the next one has an entry.
    pub(crate) fn check(&self, version: &Version) -> Result<()> {
        let releases = self.releases()?;
        let mut wrong: Vec<String> = releases.iter().flat_map(faults).collect();
        let (titled, released): (Vec<_>, Vec<_>) =
            releases.iter().partition(|release| release.version == UNRELEASED);
        if titled.is_empty() || releases[0].version != UNRELEASED {
            wrong.push(format!("the first section has to be \"{UNRELEASED_TITLE}\""));
        }
        if !released.iter().any(|release| release.version == version.to_string())
            && !has_entry(titled.first())
        {
            wrong.push(format!("there is neither a section for {version} nor an entry in [{UNRELEASED}]"));
        }
        let versions: Vec<&str> = released.iter().map(|release| release.version).collect();
        wrong.extend(out_of_order(&released));
        wrong.extend(Links::of(&self.repository, &versions).faults(&self.text));
        ensure!(wrong.is_empty(), "{FILE}: {}", wrong.join("; "));
        Ok(())
    }

    /// What a version has changed, for the page of its release.
    pub(crate) fn notes(&self, version: &Version) -> Result<String> {
        let releases = self.releases()?;
        let release = releases.iter().find(|release| release.version == version.to_string());
        let release = release.with_context(|| format!("{FILE} has no section for {version}"))?;
        let notes = Links::without(release.notes);
        Ok(Links::absolute(notes.trim(), &self.repository, &version.to_string()))
    }

    /// The changelog in which the unreleased changes are those of this version.
    pub(crate) fn release(&self, version: &Version, date: Date) -> Result<Self> {
        let releases = self.releases()?;
        let unreleased = releases.iter().find(|release| release.version == UNRELEASED);
        if !has_entry(unreleased.as_ref()) {
            bail!("[{UNRELEASED}] in {FILE} has no entry: write there what is new for users, and commit it");
        }
        let title = format!("{UNRELEASED_TITLE}\n\n## [{version}] - {date}");
        let text = Links::without(&self.text).replacen(UNRELEASED_TITLE, &title, 1);
        let version = version.to_string();
        let released = releases.iter().map(|release| release.version).filter(|other| *other != UNRELEASED);
        let versions: Vec<&str> = std::iter::once(version.as_str()).chain(released).collect();
        let links = Links::of(&self.repository, &versions);
        Ok(Self { text: format!("{text}\n{links}"), repository: self.repository.clone() })
    }

    fn releases(&self) -> Result<Vec<Release<'_>>> {
        let parsed = parse_changelog::parse(&self.text).with_context(|| format!("cannot read {FILE}"))?;
        let releases: Vec<_> = parsed.into_values().collect();
        ensure!(!releases.is_empty(), "{FILE} has no section");
        Ok(releases)
    }
}

fn has_entry(release: Option<&&Release<'_>>) -> bool {
    release.is_some_and(|release| release.notes.lines().any(|line| line.starts_with("- ")))
}

/// What is wrong with one section.
fn faults(release: &Release<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    if release.version != UNRELEASED && date(release).is_none() {
        let Release { version, title, .. } = release;
        wrong.push(format!("the title \"{title}\" has to be \"[{version}] - YEAR-MONTH-DAY\""));
    }
    let kinds = release.notes.lines().filter_map(|line| line.strip_prefix("### "));
    let unknown = kinds.filter(|kind| !KINDS.contains(kind));
    wrong.extend(unknown.map(|kind| format!("\"{kind}\" is none of {}", KINDS.join(", "))));
    wrong
}

/// The date in the title of a release, if the title has its form.
fn date(release: &Release<'_>) -> Option<Date> {
    let date = release.title.strip_prefix(&format!("[{}] - ", release.version))?;
    // The standard has other forms of dates, which are written otherwise.
    Date::parse(date, &Iso8601::DATE).ok().filter(|parsed| parsed.to_string() == date)
}

/// Versions and dates go down.
fn out_of_order(released: &[&Release<'_>]) -> Vec<String> {
    let key = |release: &Release<'_>| (Version::parse(release.version).ok(), date(release));
    let pairs = released.iter().zip(released.iter().skip(1));
    let wrong = pairs.filter(|(newer, older)| {
        let (newer, older) = (key(newer), key(older));
        newer.0 <= older.0 || newer.1 < older.1
    });
    wrong.map(|(newer, older)| format!("{} stands above {}", newer.version, older.version)).collect()
}

#[cfg(test)]
mod tests;

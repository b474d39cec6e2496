//! The links at the end of the changelog: each title leads to what the version has changed.

use std::fmt;

/// The lines that the links of a changelog have to be.
pub(super) struct Links(Vec<String>);

impl Links {
    /// The links of these versions, the newest first.
    pub(super) fn of(repository: &str, versions: &[&str]) -> Self {
        let unreleased = match versions.first() {
            Some(newest) => format!("[Unreleased]: {repository}/compare/v{newest}...HEAD"),
            None => format!("[Unreleased]: {repository}/commits/main"),
        };
        let older = versions.iter().skip(1).map(Some).chain([None]);
        let released = versions.iter().zip(older).map(|(version, older)| match older {
            Some(older) => format!("[{version}]: {repository}/compare/v{older}...v{version}"),
            None => format!("[{version}]: {repository}/releases/tag/v{version}"),
        });
        Self(std::iter::once(unreleased).chain(released).collect())
    }

    /// What is wrong with the links of this text.
    pub(super) fn faults(&self, text: &str) -> Option<String> {
        let found: Vec<&str> = text.lines().filter(|line| is_link(line)).collect();
        let right = found == self.0 && text.ends_with(&self.to_string());
        (!right).then(|| format!("it has to end with the links\n{self}"))
    }

    /// The text with the links to files of the checkout replaced by those to the files of this
    /// version. On the page of a release they would lead nowhere.
    pub(super) fn absolute(text: &str, repository: &str, version: &str) -> String {
        let mut parts = text.split("](");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, rest| {
            let target = rest.split(')').next().unwrap_or_default();
            let base =
                if target.contains("://") { String::new() } else { format!("{repository}/blob/v{version}/") };
            format!("{text}]({base}{rest}")
        })
    }

    /// The text in front of the links.
    pub(super) fn without(text: &str) -> String {
        let lines = text.lines().filter(|line| !is_link(line)).collect::<Vec<_>>().join("\n");
        format!("{}\n", lines.trim_end())
    }
}

impl fmt::Display for Links {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|link| writeln!(out, "{link}"))
    }
}

fn is_link(line: &str) -> bool {
    line.starts_with('[') && line.contains("]: ")
}

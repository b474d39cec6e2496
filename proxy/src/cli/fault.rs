//! Names the faults of a command line.

use std::fmt;

/// Why there are no settings.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Help or the version was asked for.
    Help(clap::Error),
    /// The settings are not valid.
    Usage(Usage),
}

/// Settings that are not valid: a line on standard error, and exit status 2.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl Usage {
    /// Takes the first paragraph of clap's message, which says what is wrong.
    pub(super) fn from_clap(error: &clap::Error) -> Self {
        let text = error.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        let line = lines.join(" ");
        Self(line.strip_prefix("error: ").unwrap_or(&line).to_owned())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Help(help) => help.fmt(f),
            Self::Usage(Usage(reason)) => f.write_str(reason),
        }
    }
}

impl From<Usage> for Fault {
    fn from(usage: Usage) -> Self {
        Self::Usage(usage)
    }
}

//! Reads what `nws doctor` is to look at.

use clap::{ArgMatches, Args};
use nws_proxy::{Config, PageAddress};

use super::RunArgs;
use super::fault::Usage;

/// What to examine, and how to say it.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Also tell what a browser asks before this page may reach the proxy (repeatable)
    #[arg(long, value_name = "URL")]
    page: Vec<String>,
    /// Print one JSON object for each check
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    run: Box<RunArgs>,
}

/// An examination, for a proxy with these settings.
#[derive(Debug)]
pub(crate) struct Examination {
    pub(crate) config: Config,
    pub(crate) pages: Vec<PageAddress>,
    pub(crate) is_json: bool,
}

impl DoctorArgs {
    pub(super) fn examination(self, matches: ArgMatches) -> Result<Examination, Usage> {
        let parse = |page: &String| page.parse().map_err(|error| Usage(format!("--page: {error}")));
        let pages = self.page.iter().map(parse).collect::<Result<_, _>>()?;
        let (settings, sources) = self.run.settings(matches)?;
        Ok(Examination { config: settings.config(&sources)?, pages, is_json: self.json })
    }
}

//! Reads what `nws doctor` is to look at.

use clap::{ArgMatches, Args};
use nws_proxy::{Config, PageAddress};

use super::RunArgs;
use super::fault::Usage;
use crate::command::{ReportArgs, STATUSES};

/// Find out what keeps peers apart, by trying it; the exit status is 1 when something is wrong
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{STATUSES}"))]
pub(super) struct DoctorArgs {
    /// Also tell what a browser asks before this page may reach the proxy (repeatable)
    #[arg(long, value_name = "URL")]
    page: Vec<String>,
    #[command(flatten)]
    run: Box<RunArgs>,
    #[command(flatten)]
    report: ReportArgs,
}

const EXAMPLES: &str = "\
Examples:
  nws doctor                             this machine and its network
  nws doctor --page https://example.com  also what a browser asks of that page
  nws doctor --peer nas:9010             also whether a proxy answers there";

/// An examination, for a proxy with these settings.
#[derive(Debug)]
pub(crate) struct Examination {
    pub(crate) config: Config,
    pub(crate) pages: Vec<PageAddress>,
    pub(crate) report: ReportArgs,
}

impl DoctorArgs {
    pub(super) fn examination(self, matches: ArgMatches) -> Result<Examination, Usage> {
        let parse = |page: &String| page.parse().map_err(|error| Usage(format!("--page: {error}")));
        let pages = self.page.iter().map(parse).collect::<Result<_, _>>()?;
        let (settings, sources) = self.run.settings(matches)?;
        Ok(Examination { config: settings.config(&sources)?, pages, report: self.report })
    }
}

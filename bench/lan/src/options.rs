//! What is measured, and how often: the options of the command line.

use clap::{Parser, ValueEnum};

/// Measures one row in a lab of two machines. Needs root, the program `nws` that `NWS_BIN` names, and `nws-load`
/// beside this program.
#[derive(Parser)]
#[command(name = "nws-lan", version)]
pub(crate) struct Options {
    /// What to measure.
    #[arg(value_enum)]
    pub(crate) row: Row,
    /// How often loads and transfers are run in each place.
    #[arg(long, default_value_t = 3)]
    pub(crate) reps: u32,
    /// Seconds that each run of a load measures.
    #[arg(long, default_value_t = 4.0)]
    pub(crate) secs: f64,
    /// As little as there can be: shows that it runs, and measures nothing.
    #[arg(long)]
    pub(crate) quick: bool,
    /// The proxies are told of each other instead of finding each other.
    #[arg(long)]
    pub(crate) no_discovery: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Row {
    /// From the start of a proxy until its peers and those of another know each other.
    Meet,
    /// From joining a channel on a live link until both peers know each other.
    Join,
    /// One message at a time, on one machine and across two.
    Latency,
    /// As many messages as go through, on one machine and across two.
    Throughput,
    /// A proxy is killed; a network is cut and heals.
    Faults,
    /// What it costs two proxies to find their common channels.
    Matching,
    /// 200 MiB from one machine to the other, beside bare copies.
    Bulk,
    /// What a link costs while nobody speaks.
    Idle,
}

impl Options {
    /// How often something is done that is done `count` times, but when it is only to be seen that it works.
    pub(crate) fn count(&self, count: usize) -> usize {
        if self.quick { count.min(2) } else { count }
    }
}

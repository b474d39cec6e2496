//! Figures of the clients: what they cost beside clients by hand, what the commands need, and what
//! they see of a proxy that is killed.

mod commands;
mod cost;
mod page;
mod python;
mod restarts;

use anyhow::Result;
use clap::ValueEnum;

use crate::figure::Figure;
use crate::load::Amount;

/// Selects figures of `clients`.
#[derive(clap::Args)]
#[group(id = "clients-options")]
pub(crate) struct Options {
    /// For `clients`: the parts to measure, with commas between them; all by default.
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    part: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The crate against tokio-tungstenite by hand.
    Rust,
    /// The Python package against `websockets` by hand.
    Python,
    /// The crate in a page against the npm class.
    Page,
    /// `nws status`, and a pipe from `nws send` to `nws listen` on two machines (needs Linux and root).
    Commands,
    /// A proxy that is killed 20 times under each client.
    Restarts,
}

/// Measures the parts in turn.
pub(crate) fn measure(options: &Options, amount: &Amount) -> Result<Vec<Figure>> {
    let parts = if options.part.is_empty() { Part::value_variants() } else { &options.part };
    let mut figures = Vec::new();
    for part in parts {
        figures.extend(match part {
            Part::Rust => cost::measure()?,
            Part::Python => python::measure()?,
            Part::Page => page::measure()?,
            Part::Commands => commands::measure(amount)?,
            Part::Restarts => restarts::measure()?,
        });
    }
    Ok(figures)
}

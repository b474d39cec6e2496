//! Compares nws with other servers over a grid of loads, or a sample of it.

mod cell;
mod map;
mod outcome;
mod ratio;
mod sample;
mod survey;
mod table;
mod verdict;

use anyhow::{Result, bail};
use nws_tools::checkout;

use crate::figure::Figure;
use crate::kept;
use crate::load::Amount;
use crate::load::contenders::{self, Contenders};
use crate::load::server::Server;
use cell::Cell;
use outcome::Outcome;
use survey::{Found, Survey};

/// Seconds that a run measures, short enough for 60 cells in a quarter of an hour.
const SECS: f64 = 2.0;

/// Selects cells of the grid.
#[derive(clap::Args)]
#[group(id = "grid-options")]
pub(crate) struct Options {
    /// Cells of the grid that are measured, chosen by a Latin hypercube.
    #[arg(long, default_value_t = 60)]
    cells: usize,
    /// The seed of that choice; a random one by default. The same seed chooses the same cells.
    #[arg(long)]
    seed: Option<u64>,
    /// Measures the whole grid, which takes about a day.
    #[arg(long, conflicts_with_all = ["cells", "seed"])]
    all: bool,
    /// The number of the worst cells that are listed with a profile of nws.
    #[arg(long, default_value_t = 20)]
    worst: usize,
    /// Measures nothing, and draws the maps in `docs` from the last results of the grid.
    #[arg(long)]
    maps: bool,
}

impl Options {
    /// Gives whether something is to be measured.
    pub(crate) fn measures(&self) -> bool {
        !self.maps
    }
}

/// Measures the chosen cells, prints what was found, and keeps it.
pub(super) fn measure(
    options: &Options,
    servers: &contenders::Options,
    amount: &Amount,
) -> Result<Vec<Figure>> {
    if options.maps {
        let Found { outcomes, .. } = kept::read(survey::KEPT)?;
        map::draw(&outcomes, &checkout::root().join("docs"))?;
        return Ok(verdict::figures(&outcomes));
    }
    let contenders = Contenders::prepare(servers)?;
    if !contenders.servers.contains(&Server::Nws) {
        bail!("the grid compares nws with others: name it in --servers too");
    }
    let (seed, cells) = options.chosen()?;
    let secs = amount.secs(SECS);
    let once = cells.len() as f64 * contenders.servers.len() as f64 * (secs + survey::OVERHEAD);
    println!("measuring each once takes about {:.0} min", (once / 60.0).ceil());
    let found = Found { seed, outcomes: Vec::new() };
    let max_other = amount.max_other;
    let mut survey = Survey { contenders: &contenders, secs, max_other, found, runs: Vec::new() };
    let surveyed = survey.measure(&cells).and_then(|()| survey.confirm());
    // What has been found before a failure is worth something.
    survey.keep()?;
    surveyed?;
    let worst = worst(&survey.found.outcomes, options.worst);
    survey.profile(&worst);
    survey.keep()?;
    let outcomes = &survey.found.outcomes;
    map::draw(outcomes, &kept::folder()?)?;
    println!("\n{}", table::worst(outcomes, &worst));
    table::left_out(outcomes).iter().for_each(|words| println!("{words}"));
    contenders.tell_missing();
    conclude(outcomes)
}

impl Options {
    /// The seed, if there is one, and the cells that it chooses.
    fn chosen(&self) -> Result<(Option<u64>, Vec<Cell>)> {
        let total = Cell::all().count();
        if self.all {
            println!("all {total} cells");
            return Ok((None, Cell::all().collect()));
        }
        let seed = self.seed.map_or_else(sample::seed, Ok)?;
        let cells = sample::cells(self.cells, seed);
        println!("{} of {total} cells, --seed {seed}", cells.len());
        Ok((Some(seed), cells))
    }
}

/// The numbers of the worst cells, the very worst first.
fn worst(outcomes: &[Outcome], count: usize) -> Vec<usize> {
    let cost = |(at, outcome): (usize, &Outcome)| Some((at, outcome.badness()?));
    let mut costs: Vec<(usize, f64)> = outcomes.iter().enumerate().filter_map(cost).collect();
    costs.sort_by(|one, other| other.1.total_cmp(&one.1));
    costs.into_iter().take(count).map(|(at, _)| at).collect()
}

/// The verdicts. A fault of nws is an error; one of another server has been told.
fn conclude(outcomes: &[Outcome]) -> Result<Vec<Figure>> {
    let faults = outcomes.iter().flat_map(|outcome| outcome.faults.iter().map(move |fault| (outcome, fault)));
    let ours = faults.filter(|(_, fault)| fault.server == Server::Nws);
    let ours: Vec<String> =
        ours.map(|(outcome, fault)| format!("{}: {}", outcome.name, fault.words)).collect();
    let figures = verdict::figures(outcomes);
    if !ours.is_empty() {
        println!("{}\n", crate::figure::table(&figures));
        bail!("{}", ours.join("\n       "));
    }
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::outcome::Fault;
    use super::outcome::tests::by_bun;
    use super::*;

    #[test]
    fn the_worst_come_first() {
        let outcomes = [by_bun(0.5, 1.0), by_bun(1.5, 1.0), by_bun(0.9, 1.0)];
        assert_eq!(worst(&outcomes, 2), [1, 2]);
        assert_eq!(worst(&outcomes, 9).len(), 3);
    }

    #[test]
    fn only_our_own_fault_is_an_error() {
        let with = |server| {
            let faults = vec![Fault { server, words: "2 lost".to_owned() }];
            [Outcome { name: "cell".to_owned(), faults, ..by_bun(0.5, 1.0) }]
        };
        assert!(conclude(&with(Server::Bun)).is_ok());
        assert_eq!(conclude(&with(Server::Nws)).err().unwrap().to_string(), "cell: 2 lost");
    }
}

//! Runs the cells: each once against every server, suspicious ones again, the worst with a profile.

use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::cell::Cell;
use super::outcome::Outcome;
use super::table;
use crate::kept;
use crate::load::contenders::Contenders;
use crate::load::run::Run;
use crate::load::server::Server;
use crate::load::trial::Trial;
use crate::load::{machine, profile};

/// The rest of the arguments of the load generator. Warming up and waiting are short, so that many
/// cells fit into the time.
const BRIEFLY: &str = "--warmup 0.4 --settle 0.1 --drain-timeout 3 --setup-timeout 30";
/// How long to wait for a quiet machine before a cell. Noisy runs are marked, and not repeated.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often a suspicious cell is measured again.
const REPEATS: u32 = 5;
/// Lines of a profile.
const LINES: usize = 6;
/// The results are kept each time that so many cells have been measured.
const KEPT_EACH: usize = 100;

/// Seconds of a run besides those that are measured: starts, joins, and the words above.
pub(super) const OVERHEAD: f64 = 1.2;

/// The file of the results of all cells.
pub(super) const KEPT: &str = "grid.cells.json";

/// The results of a survey, as they are written to a file.
#[derive(Serialize, Deserialize)]
pub(super) struct Found {
    /// The seed that chose the cells; `None` if all were measured.
    pub(super) seed: Option<u64>,
    pub(super) outcomes: Vec<Outcome>,
}

/// A survey of the grid, and what it has found so far.
pub(super) struct Survey<'a> {
    pub(super) contenders: &'a Contenders,
    /// Seconds that each run measures.
    pub(super) secs: f64,
    /// The share of a core that other programs may use.
    pub(super) max_other: f64,
    pub(super) found: Found,
    /// The runs of each cell.
    pub(super) runs: Vec<Vec<Run>>,
}

impl Survey<'_> {
    /// Measures each cell once.
    pub(super) fn measure(&mut self, cells: &[Cell]) -> Result<()> {
        for (at, cell) in cells.iter().enumerate() {
            machine::wait_for_quiet(self.max_other, PATIENCE);
            let servers = self.contenders.servers.clone();
            let runs = self.round(cell, servers, 0, at)?;
            let outcome = Outcome::of(*cell, &runs);
            println!("[{}/{}] {}", at + 1, cells.len(), table::line(&outcome));
            self.found.outcomes.push(outcome);
            self.runs.push(runs);
            if self.runs.len().is_multiple_of(KEPT_EACH) {
                self.keep()?;
            }
        }
        Ok(())
    }

    /// Measures again what looks worse than it should, beside the rivals that look better.
    pub(super) fn confirm(&mut self) -> Result<()> {
        let suspects: Vec<usize> = (0..self.found.outcomes.len())
            .filter(|at| !self.found.outcomes[*at].suspects().is_empty())
            .collect();
        println!(
            "\nmeasured again, {REPEATS} times each: {} of {}",
            suspects.len(),
            self.found.outcomes.len()
        );
        for at in suspects {
            let (cell, rivals) = (self.found.outcomes[at].cell, self.found.outcomes[at].suspects());
            for rep in 1..=REPEATS {
                let servers = [Server::Nws].into_iter().chain(rivals.clone()).collect();
                let runs = self.round(&cell, servers, rep, rep as usize)?;
                self.runs[at].extend(runs);
            }
            self.found.outcomes[at] = Outcome::of(cell, &self.runs[at]);
            println!("{}", table::line(&self.found.outcomes[at]));
        }
        Ok(())
    }

    /// Looks where nws spends its time in the cells with these numbers. Without profiles the rest
    /// is as good, so a failure is only told.
    pub(super) fn profile(&mut self, worst: &[usize]) {
        if !worst.is_empty() && !profile::is_possible() {
            return println!("{}", profile::MISSING);
        }
        for at in worst {
            let cell = self.found.outcomes[*at].cell;
            let (name, words) = (cell.to_string(), words(&cell));
            match self.trial(&cell, &name, &words, Server::Nws).profile(LINES) {
                Ok(lines) => self.found.outcomes[*at].profile = lines,
                Err(error) => return println!("no profile of {name}: {error:#}"),
            }
        }
    }

    pub(super) fn keep(&self) -> Result<()> {
        kept::write(KEPT, &self.found)?;
        kept::write("grid.runs.json", &self.runs)
    }

    /// One run against each of these servers that can do it, beginning with another one each time.
    fn round(&self, cell: &Cell, mut servers: Vec<Server>, rep: u32, turn: usize) -> Result<Vec<Run>> {
        servers.retain(|server| cell.is_for(*server));
        let turn = turn % servers.len().max(1);
        servers.rotate_left(turn);
        let (name, words) = (cell.to_string(), words(cell));
        let run = |server: Server| {
            let run = self.trial(cell, &name, &words, server).once();
            run.map(|run| Run { rep: Some(rep), ..run })
                .with_context(|| format!("{name} with {}", server.name()))
        };
        servers.into_iter().map(run).collect()
    }

    fn trial<'b>(&'b self, cell: &Cell, name: &'b str, words: &'b str, server: Server) -> Trial<'b> {
        Trial {
            workload: name,
            server,
            programs: &self.contenders.programs,
            cores: None,
            words,
            is_binary: cell.is_binary(),
            secs: self.secs,
            max_other: self.max_other,
        }
    }
}

fn words(cell: &Cell) -> String {
    format!("{} {BRIEFLY}", cell.words())
}

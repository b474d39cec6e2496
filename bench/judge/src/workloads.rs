//! Measures throughput, latency and cost of nws, compared with other servers, with the load
//! generator in `bench/load`.

mod goal;
mod outcome;
mod summary;
mod table;
mod verdict;
mod workload;

use anyhow::{Context, Result, bail};

use crate::figure::Figure;
use crate::kept;
use crate::load::contenders::{self, Contenders, chosen};
use crate::load::run::Run;
use crate::load::server::Server;
use crate::load::trial::Trial;
use crate::load::{self, Amount};
use outcome::Outcome;
use summary::Summary;
use verdict::Verdicts;
use workload::{ALL, Workload};

/// Selects workloads.
#[derive(clap::Args)]
#[group(id = "workloads-options")]
pub(crate) struct Options {
    /// Only these workloads, by name, with commas between them.
    #[arg(long, value_delimiter = ',')]
    workloads: Vec<String>,
}

/// Runs every workload against every server in turn, `reps` times. Prints the results and keeps
/// them.
pub(super) fn measure(
    options: &Options,
    servers: &contenders::Options,
    amount: &Amount,
) -> Result<Vec<Figure>> {
    let plan = Plan::new(options, servers)?;
    let runs = plan.run(amount)?;
    let outcomes = plan.outcomes(&runs);
    kept::write("workloads.runs.json", &runs)?;
    kept::write("workloads.summary.json", &outcomes)?;
    println!("\n{}", table::workloads(&outcomes));
    plan.contenders.tell_missing();
    let failed = failures(&runs);
    if !failed.is_empty() {
        bail!("{}", failed.join("\n       "));
    }
    let verdicts = Verdicts::of(&outcomes);
    verdicts.unjudged.iter().for_each(|goal| println!("not judged: {goal}"));
    Ok(verdicts.figures)
}

struct Plan {
    workloads: Vec<&'static Workload>,
    contenders: Contenders,
}

impl Plan {
    fn new(options: &Options, servers: &contenders::Options) -> Result<Self> {
        let workloads = chosen(ALL, &options.workloads, |workload| workload.name)?;
        Ok(Self { workloads, contenders: Contenders::prepare(servers)? })
    }

    /// Repetition, then workload, then server: so a slow drift of the machine affects all servers
    /// in the same way.
    fn run(&self, amount: &Amount) -> Result<Vec<Run>> {
        let mut runs = Vec::new();
        for rep in 0..amount.reps {
            for workload in &self.workloads {
                for server in self.in_turn(workload, rep) {
                    let run = Run { rep: Some(rep), ..self.one(workload, server, amount)? };
                    println!("{}", run.line());
                    runs.push(run);
                }
            }
        }
        Ok(runs)
    }

    /// The servers, beginning with another one each time.
    fn in_turn(&self, workload: &Workload, rep: u32) -> Vec<Server> {
        let mut servers = self.contenders.servers.clone();
        servers.retain(|server| server.is_nws() || !workload.is_binary);
        let turn = rep as usize % servers.len().max(1);
        servers.rotate_left(turn);
        servers
    }

    fn one(&self, workload: &Workload, server: Server, amount: &Amount) -> Result<Run> {
        let trial = Trial {
            workload: workload.name,
            server,
            programs: &self.contenders.programs,
            cores: None,
            words: workload.words,
            is_binary: workload.is_binary,
            secs: amount.secs(load::SECS),
            max_other: amount.max_other,
        };
        trial.measure().with_context(|| format!("{} with {}", workload.name, server.name()))
    }

    fn outcomes(&self, runs: &[Run]) -> Vec<Outcome> {
        let of = |workload: &'static Workload| {
            let servers = self.in_turn(workload, 0).into_iter().map(|server| {
                let of_both = |run: &&Run| run.workload == workload.name && run.server == server;
                (server, Summary::of_runs(&runs.iter().filter(of_both).collect::<Vec<_>>()))
            });
            Outcome { workload, servers: servers.collect() }
        };
        self.workloads.iter().copied().map(of).collect()
    }
}

/// Runs of nws in which a message was lost or wrong. For other servers, the table says how many
/// runs were good.
fn failures(runs: &[Run]) -> Vec<String> {
    let failed = runs.iter().filter(|run| run.server == Server::Nws && !run.report.ok);
    failed.map(|run| format!("{:?} with nws: {:?}", run.workload, run.report.failures)).collect()
}

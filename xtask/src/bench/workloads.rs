//! Throughput, latency and cost of nws beside other servers, by the load generator in `bench/load`.

mod goal;
pub(super) mod machine;
mod peers;
pub(super) mod run;
pub(super) mod saturation;
pub(super) mod server;
mod statistics;
pub(super) mod table;
mod verdict;
mod workload;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::figure::Figure;
use crate::step::Step;
use run::Run;
use server::Server;
use statistics::Summary;
use verdict::Verdicts;
use workload::{ALL, Workload};

/// What of all that there is, and how.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How often each workload is run against each server.
    #[arg(long, default_value_t = 3)]
    pub(super) reps: u32,
    /// The share of a core that other programs may use while a load is measured for a second or more.
    #[arg(long, default_value_t = 0.07)]
    pub(super) max_other: f64,
    /// Seconds that each run of a load measures.
    #[arg(long, default_value_t = 4.0)]
    pub(super) secs: f64,
    /// Only these workloads, by their names, with commas between.
    #[arg(long, value_delimiter = ',')]
    workloads: Vec<String>,
    /// Only these servers: nws, bun, floor, probe, tokio.
    #[arg(long, value_delimiter = ',')]
    servers: Vec<String>,
}

/// Runs every workload against every server in turn, `reps` times, prints what came out, and keeps it.
pub(super) fn measure(options: &Options) -> Result<Vec<Figure>> {
    let plan = Plan::new(options)?;
    let runs = plan.run(options)?;
    let summaries = plan.summaries(&runs);
    plan.keep(&runs, &summaries)?;
    println!("\n{}", table::workloads(&summaries));
    if plan.lacks_rivals {
        println!("{}\n", peers::MISSING);
    }
    let failed = failures(&runs);
    if !failed.is_empty() {
        bail!("{}", failed.join("\n       "));
    }
    let verdicts = Verdicts::of(&summaries);
    verdicts.unjudged.iter().for_each(|goal| println!("not judged: {goal}"));
    Ok(verdicts.figures)
}

/// The load generator, as it is for measuring.
pub(super) fn build() -> Result<()> {
    // Its limit on open files passes on to whatever is started from here.
    rlimit::increase_nofile_limit(u64::MAX).context("cannot raise the limit on open files")?;
    Step::cargo("build --release --package nws-load").run()
}

struct Plan {
    workloads: Vec<&'static Workload>,
    servers: Vec<Server>,
    peers: Option<PathBuf>,
    /// Others were wanted, and are not there.
    lacks_rivals: bool,
}

/// What came of one workload.
pub(super) struct Outcome {
    pub(super) workload: &'static Workload,
    pub(super) servers: Vec<(Server, Summary)>,
}

impl Plan {
    fn new(options: &Options) -> Result<Self> {
        let workloads = chosen(ALL, &options.workloads, |workload| workload.name)?;
        let mut servers: Vec<Server> =
            chosen(&Server::ALL, &options.servers, |server| server.name())?.into_iter().copied().collect();
        build()?;
        let has_rivals = servers.iter().any(|server| *server != Server::Nws);
        let peers = if has_rivals { peers::prepare()? } else { None };
        if peers.is_none() {
            servers.retain(|server| *server == Server::Nws);
        }
        let lacks_rivals = has_rivals && peers.is_none();
        Ok(Self { workloads, servers, peers, lacks_rivals })
    }

    /// Repeat, then workload, then server, so that slow drift of the machine hits all servers alike.
    fn run(&self, options: &Options) -> Result<Vec<Value>> {
        let mut runs = Vec::new();
        for rep in 0..options.reps {
            for workload in &self.workloads {
                for server in self.in_turn(workload, rep) {
                    let mut report = self.one(workload, server, options)?;
                    report["workload"] = json!(workload.name);
                    report["rep"] = json!(rep);
                    println!("{}", table::progress(&report));
                    runs.push(report);
                }
            }
        }
        Ok(runs)
    }

    /// Another server comes first each time.
    fn in_turn(&self, workload: &Workload, rep: u32) -> Vec<Server> {
        let mut servers = self.servers.clone();
        servers.retain(|server| *server == Server::Nws || !workload.is_binary);
        let turn = rep as usize % servers.len().max(1);
        servers.rotate_left(turn);
        servers
    }

    fn one(&self, workload: &Workload, server: Server, options: &Options) -> Result<Value> {
        let run = Run {
            server,
            peers: self.peers.as_deref().unwrap_or(Path::new("")),
            cores: None,
            words: workload.words,
            is_binary: workload.is_binary,
            seconds: options.secs,
            max_other: options.max_other,
        };
        run.measure().with_context(|| format!("{} with {}", workload.name, server.name()))
    }

    fn summaries(&self, runs: &[Value]) -> Vec<Outcome> {
        let of = |workload: &'static Workload| {
            let servers = self.in_turn(workload, 0).into_iter().map(|server| {
                let of_both =
                    |run: &&Value| run["workload"] == workload.name && run["server"] == server.name();
                (server, Summary::of_runs(&runs.iter().filter(of_both).collect::<Vec<_>>()))
            });
            Outcome { workload, servers: servers.collect() }
        };
        self.workloads.iter().copied().map(of).collect()
    }

    fn keep(&self, runs: &[Value], summaries: &[Outcome]) -> Result<()> {
        let summary: Vec<Value> = summaries.iter().map(Outcome::json).collect();
        for (name, values) in [("workloads.runs.json", runs), ("workloads.summary.json", &summary)] {
            fs::write(super::folder().join(name), serde_json::to_string_pretty(values)?)?;
        }
        Ok(())
    }
}

impl Outcome {
    pub(super) fn of(&self, server: Server) -> Option<&Summary> {
        self.servers.iter().find(|(other, _)| *other == server).map(|(_, summary)| summary)
    }

    fn json(&self) -> Value {
        let servers = self.servers.iter().map(|(server, summary)| (server.name().to_owned(), summary.json()));
        json!({
            "workload": self.workload.name, "what": self.workload.what,
            "servers": Value::Object(servers.collect()),
        })
    }
}

/// The ones that are named, or all.
fn chosen<'a, T>(all: &'a [T], names: &[String], name: impl Fn(&T) -> &'static str) -> Result<Vec<&'a T>> {
    if let Some(unknown) = names.iter().find(|wanted| all.iter().all(|one| name(one) != wanted.as_str())) {
        let known: Vec<_> = all.iter().map(name).collect();
        bail!("there is no {unknown}: choose from {}", known.join(", "));
    }
    Ok(all.iter().filter(|one| names.is_empty() || names.iter().any(|wanted| wanted == name(one))).collect())
}

/// Runs of nws in which something was lost or wrong; of others, the table tells how many were good.
fn failures(runs: &[Value]) -> Vec<String> {
    let failed = runs.iter().filter(|run| run["server"] == "nws" && run["ok"] != true);
    failed.map(|run| format!("{} with nws: {}", run["workload"], run["failures"])).collect()
}

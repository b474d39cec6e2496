//! Measures what very many connections cost, of which some speak, beside another server. Several
//! generators have the clients: each from an address of its own, as the ports of one address do not
//! suffice, nor do the descriptors of one process.

mod crowd;
mod outcome;
mod shape;

use anyhow::{Result, bail};
use serde::Serialize;

use crate::figure::Figure;
use crate::kept;
use crate::load::Amount;
use crate::load::contenders::{self, Contenders};
use crate::load::server::Server;
use crate::load::{self, machine};
use crate::statistics::median;
use crate::table::{align, number};
use crowd::Crowd;
use outcome::Outcome;
use shape::Shape;

/// KiB of memory that a connection may take.
const MEMORY_MAX: f64 = 2.0;

/// Selects how many connections there are, and what they do.
#[derive(clap::Args)]
#[group(id = "connections-options")]
pub(crate) struct Options {
    /// Connections of each server (connections).
    #[arg(long, default_value_t = 19_000, value_name = "COUNT")]
    connections: usize,
    /// Connections in each channel (connections).
    #[arg(long, default_value_t = 10, value_name = "COUNT")]
    members: usize,
    /// Connections that speak (connections).
    #[arg(long, default_value_t = 1000, value_name = "COUNT")]
    speakers: usize,
    /// Messages that each of those says in a second (connections).
    #[arg(long, default_value_t = 2.0, value_name = "MESSAGES")]
    pace: f64,
    /// Processes that have the clients, from 127.0.0.2 on (connections).
    #[arg(long, default_value_t = 4, value_name = "COUNT")]
    processes: usize,
}

/// A column of the table, and what is compared.
struct Column {
    title: &'static str,
    unit: &'static str,
    of: fn(&Outcome) -> Option<f64>,
}

const COLUMNS: [Column; 7] = [
    column("set-up", "s", |outcome| Some(outcome.setup_s)),
    column("memory of a connection", "KiB", |outcome| Some(outcome.kib_each)),
    column("memory of a connection, some speaking", "KiB", |outcome| Some(outcome.kib_each_speaking)),
    column("CPU of a million deliveries", "s", |outcome| outcome.cpu_s_per_million),
    column("p50", "µs", |outcome| outcome.p50_us),
    column("p99", "µs", |outcome| outcome.p99_us),
    column("share of a core that others used", "×", |outcome| Some(outcome.other_share)),
];

/// The columns for which nws may be compared with another server.
const COMPARED: usize = 6;

/// The measurements as they are written to a file.
#[derive(Serialize)]
struct Kept<'a> {
    shape: &'a Shape,
    outcomes: &'a [Outcome],
}

/// Runs the same load against every server in turn, `reps` times.
pub(super) fn measure(
    options: &Options,
    servers: &contenders::Options,
    amount: &Amount,
) -> Result<Vec<Figure>> {
    let shape = Shape::new(options)?;
    let mut contenders = Contenders::prepare(servers)?;
    contenders.servers.retain(|server| *server != Server::Floor);
    shape.need_descriptors()?;
    let mut outcomes = Vec::new();
    for rep in 0..amount.reps {
        let turn = rep as usize % contenders.servers.len().max(1);
        contenders.servers.rotate_left(turn);
        for server in &contenders.servers {
            machine::wait_for_quiet(amount.max_other, machine::PATIENCE);
            let crowd =
                Crowd::new(*server, &contenders.programs, &shape, outcomes.len(), amount.secs(load::SECS))?;
            let outcome = crowd.measure()?;
            println!("{}", line(&outcome));
            outcomes.push(outcome);
        }
    }
    kept::write("connections.runs.json", &Kept { shape: &shape, outcomes: &outcomes })?;
    println!("\n{shape}\n{}", table(&outcomes));
    contenders.tell_missing();
    let failed =
        outcomes.iter().filter(|outcome| outcome.server == Server::Nws && !outcome.failures.is_empty());
    let failed: Vec<_> = failed.map(|outcome| outcome.failures.join(", ")).collect();
    if !failed.is_empty() {
        bail!("a run with nws failed: {}", failed.join("; "));
    }
    Ok(figures(&outcomes))
}

const fn column(title: &'static str, unit: &'static str, of: fn(&Outcome) -> Option<f64>) -> Column {
    Column { title, unit, of }
}

fn line(outcome: &Outcome) -> String {
    let cells = COLUMNS.iter().filter_map(|column| {
        (column.of)(outcome).map(|value| format!("{} {} {}", column.title, number(value), column.unit))
    });
    format!("{:6} {}  {}", outcome.server.name(), cells.collect::<Vec<_>>().join(", "), outcome.marks())
}

/// The medians of each server.
fn table(outcomes: &[Outcome]) -> String {
    let servers = servers(outcomes);
    let head = [String::new()].into_iter().chain(servers.iter().map(|server| server.name().to_owned()));
    let rows = COLUMNS.iter().map(|column| {
        let title = format!("{} {}", column.title, column.unit);
        let cells =
            servers.iter().map(|server| column.median(outcomes, *server).map_or_else(String::new, number));
        [title].into_iter().chain(cells).collect()
    });
    align(&[head.collect()].into_iter().chain(rows).collect::<Vec<_>>())
}

fn servers(outcomes: &[Outcome]) -> Vec<Server> {
    Server::ALL
        .into_iter()
        .filter(|server| outcomes.iter().any(|outcome| outcome.server == *server))
        .collect()
}

fn figures(outcomes: &[Outcome]) -> Vec<Figure> {
    let own = COLUMNS.iter().filter_map(|column| {
        let value = column.median(outcomes, Server::Nws)?;
        let figure = Figure::new(format!("many connections, {}", column.title), value, column.unit);
        Some(if column.unit == "KiB" { figure.at_most(MEMORY_MAX) } else { figure })
    });
    let ratios = COLUMNS[..COMPARED].iter().filter_map(|column| {
        let ratio = column.median(outcomes, Server::Nws)? / column.median(outcomes, Server::Bun)?;
        Some(Figure::new(format!("many connections, {} by Bun", column.title), ratio, "×"))
    });
    own.chain(ratios).collect()
}

impl Column {
    fn median(&self, outcomes: &[Outcome], server: Server) -> Option<f64> {
        let of = outcomes.iter().filter(|outcome| outcome.server == server && outcome.failures.is_empty());
        median(of.filter_map(self.of))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(server: Server, kib_each: f64) -> Outcome {
        Outcome { server, kib_each, kib_each_speaking: kib_each, ..outcome::sample() }
    }

    #[test]
    fn memory_has_a_bound_and_a_rival() {
        let outcomes = [1.5, 9.0, 1.6].map(|kib| outcome(Server::Nws, kib));
        let rival = [outcome(Server::Bun, 4.0)];
        let figures = json!(figures(&[&outcomes[..], &rival].concat()));
        let of = |what: &str| {
            let all = figures.as_array().unwrap();
            all.iter().find(|figure| figure["what"] == what).unwrap().clone()
        };
        let own = of("many connections, memory of a connection");
        assert_eq!((&own["measured"], &own["reached"]), (&json!(1.6), &json!(true)));
        assert_eq!(of("many connections, memory of a connection by Bun")["measured"], 0.4);
    }

    #[test]
    fn runs_that_failed_have_no_figures() {
        let failed = Outcome { failures: vec!["lost".to_owned()], ..outcome(Server::Nws, 1.0) };
        assert!(figures(&[failed]).is_empty());
    }
}

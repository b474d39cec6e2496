//! What a message costs: CPU time of this client against one written by hand with tokio-tungstenite, in
//! turns.
//!
//! `cargo run --release -p networkwebsockets --example cost -- PORT`, where a proxy listens. `--help` lists
//! the options. The result is a line of JSON.

#![expect(clippy::print_stdout, reason = "it prints one line of JSON")]

mod cost {
    pub(crate) mod by_hand;
    pub(crate) mod crowd;
    pub(crate) mod library;
    pub(crate) mod rows;
}

use anyhow::Result;
use clap::{Parser, ValueEnum};
use cost::by_hand::{Feeding, Flushing};
use cost::crowd::Course;
use cost::library::Library;
use cost::rows::{answer, receive, send};

/// Compares what a message costs this client and one written by hand.
#[derive(Parser)]
struct Options {
    /// The port of the proxy.
    port: u16,
    /// The rounds, each of which measures both clients.
    #[arg(long, default_value_t = 11)]
    rounds: usize,
    /// The messages of one measurement.
    #[arg(long, default_value_t = 200_000)]
    count: usize,
    /// The bytes of a message.
    #[arg(long, default_value_t = 64)]
    size: usize,
    /// The peers that speak.
    #[arg(long, default_value_t = 1)]
    peers: usize,
    /// Messages are bytes, and otherwise texts.
    #[arg(long)]
    binary: bool,
    /// What is measured; everything otherwise.
    #[arg(long, value_enum)]
    row: Vec<Row>,
    /// Measures one client alone, for a profiler.
    #[arg(long, value_enum)]
    only: Option<Client>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Row {
    /// Takes messages that come as fast as they can.
    Receive,
    /// Takes a message, and answers it.
    ReceiveOneByOne,
    /// Says messages, against a client that flushes each.
    Send,
    /// Says messages, against a client that flushes at the end.
    SendAndFlushSeldom,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Client {
    ByHand,
    Library,
}

type Measure = fn(&Course) -> Result<f64>;

impl Row {
    /// The client by hand, and this client.
    fn clients(self) -> (Measure, Measure) {
        match self {
            Self::Receive => (receive::<Flushing>, receive::<Library>),
            Self::ReceiveOneByOne => (answer::<Flushing>, answer::<Library>),
            Self::Send => (send::<Flushing>, send::<Library>),
            Self::SendAndFlushSeldom => (send::<Feeding>, send::<Library>),
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().replace('-', "_")).unwrap_or_default()
    }
}

fn main() -> Result<()> {
    let options = Options::parse();
    let course = Course {
        port: options.port,
        count: options.count,
        size: options.size,
        peers: options.peers.max(1),
        is_binary: options.binary,
    };
    let rows = if options.row.is_empty() { Row::value_variants() } else { &options.row };
    let mut report = serde_json::Map::new();
    for row in rows {
        report.insert(row.name(), measure(*row, &course, &options)?);
    }
    println!("{}", serde_json::Value::from(report));
    Ok(())
}

fn measure(row: Row, course: &Course, options: &Options) -> Result<serde_json::Value> {
    let (by_hand, library) = row.clients();
    let one = |client, measure: Measure| match options.only {
        Some(only) if only != client => Ok(f64::NAN),
        _ => measure(course),
    };
    let mut rounds = Vec::new();
    for _ in 0..options.rounds {
        rounds.push((one(Client::ByHand, by_hand)?, one(Client::Library, library)?));
    }
    Ok(serde_json::json!({
        "by_hand_ns": median(rounds.iter().map(|round| round.0)).round(),
        "library_ns": median(rounds.iter().map(|round| round.1)).round(),
        "ratio": median(rounds.iter().map(|(by_hand, library)| library / by_hand)),
    }))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

//! `cargo xtask bench`: measures figures, prints them beside their bounds, and keeps them as JSON.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command that people run in a terminal")]

mod choice;
mod clients;
mod conformance;
mod connections;
mod demos;
mod figure;
mod grid;
mod kept;
mod lan;
mod load;
mod native;
mod pages;
mod peak;
mod process;
mod scaling;
mod statistics;
mod table;
mod workloads;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use nws_tools::Step;

use figure::Figure;

/// Measures the release build and prints a table. The details go to `bench/` in the target folder.
///
/// This fails when a proxy does not do what it should, and never because of a figure. Compare
/// figures of one run with each other, but not figures of different machines or hours.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench")]
struct Bench {
    /// Benchmarks to run; all of them but `grid` by default.
    names: Vec<Name>,
    #[command(flatten)]
    amount: load::Amount,
    #[command(flatten)]
    servers: load::contenders::Options,
    #[command(flatten)]
    workloads: workloads::Options,
    #[command(flatten)]
    grid: grid::Options,
    #[command(flatten)]
    connections: connections::Options,
    #[command(flatten)]
    peak: peak::Options,
    #[command(flatten)]
    lan: lan::Options,
    #[command(flatten)]
    demos: demos::Options,
    #[command(flatten)]
    clients: clients::Options,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// The size of the script-tag build.
    Size,
    /// The time of the first `new NetworkWebSocket()` in a page.
    Construct,
    /// Size, construction, messages and memory of the npm package in a page, beside a client
    /// written by hand.
    Browser,
    /// A message from page to page and back.
    Roundtrip,
    /// Streams between two pages: opening, throughput, a reader that stops, and what remains.
    Streams,
    /// A message from program to program and back, compared with a bare TCP relay.
    Direct,
    /// Memory of the proxy for an idle connection.
    Memory,
    /// Memory of the proxy some seconds after a peak.
    Peak,
    /// From the start of the proxy to its first WebSocket.
    Start,
    /// The size of the proxy, and the crates that it comes from.
    Binary,
    /// CPU time of the proxy while no client sends anything.
    Quiet,
    /// The longest turns of a shard, in which no other socket is served.
    Turns,
    /// Throughput, latency, CPU and memory under many loads, compared with other servers.
    Workloads,
    /// CPU time and rate over a grid of loads, compared with other servers: a sample in a quarter
    /// of an hour, or all of it.
    Grid,
    /// Very many connections, of which some speak, compared with other servers.
    Connections,
    /// The growth of the cost of a delivery with connections, peers, channels, bytes and cores.
    Scaling,
    /// Two machines: how soon proxies meet, how much goes from one to the other, and the cost of a
    /// link (needs Linux and root).
    Lan,
    /// Sites that share a NATS broker: beside the broker alone, bare TLS through it and a direct
    /// link, and many sites with many channels (needs nats-server).
    Backbone,
    /// The demos in browsers, on one machine and on two: media, the game, a flood of messages, a
    /// large file (needs Linux and root).
    Demos,
    /// What the clients cost beside clients by hand, what the commands need, and what is seen of a proxy
    /// that is killed.
    Clients,
    /// Tests whether the framing follows RFC 6455, with Autobahn's fuzzing client (needs Python
    /// 2.7).
    Conformance,
}

fn main() -> ExitCode {
    match Bench::parse().start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

impl Bench {
    fn start(self) -> Result<()> {
        let names = if self.names.is_empty() { everything() } else { self.names.clone() };
        if names != [Name::Grid] || self.grid.measures() {
            build(&names)?;
        }
        let (mut figures, mut failed) = (Vec::new(), Vec::new());
        for name in names {
            let key = choice::name(name);
            match self.measure(name).with_context(|| format!("cannot measure {key}")) {
                Ok(measured) => {
                    kept::write(&format!("{key}.json"), &measured)?;
                    figures.extend(measured);
                }
                Err(error) => failed.push(format!("{error:#}")),
            }
        }
        println!("\n{}", figure::table(&figures));
        if !failed.is_empty() {
            bail!("{}", failed.join("\n       "));
        }
        Ok(())
    }

    fn measure(&self, name: Name) -> Result<Vec<Figure>> {
        match name {
            Name::Size => pages::size(),
            Name::Construct => pages::construct(),
            Name::Browser => pages::browser(),
            Name::Roundtrip => pages::roundtrip(),
            Name::Streams => pages::streams::measure(),
            Name::Direct => native::direct(),
            Name::Memory => native::memory(),
            Name::Peak => peak::measure(&self.peak),
            Name::Start => process::start::measure(),
            Name::Binary => process::binary::measure(),
            Name::Quiet => process::quiet::measure(),
            Name::Turns => native::turns(),
            Name::Workloads => workloads::measure(&self.workloads, &self.servers, &self.amount),
            Name::Grid => grid::measure(&self.grid, &self.servers, &self.amount),
            Name::Connections => connections::measure(&self.connections, &self.servers, &self.amount),
            Name::Scaling => scaling::measure(&self.amount),
            Name::Lan => lan::measure(&self.lan, &self.amount),
            Name::Backbone => lan::measure_backbone(&self.lan, &self.amount),
            Name::Demos => demos::measure(&self.demos),
            Name::Clients => clients::measure(&self.clients, &self.amount),
            Name::Conformance => conformance::measure(),
        }
    }
}

/// All benchmarks except those that `Browser` includes, and the one that samples at random.
fn everything() -> Vec<Name> {
    let is_left_out = |name: &Name| matches!(name, Name::Size | Name::Construct | Name::Grid);
    Name::value_variants().iter().copied().filter(|name| !is_left_out(name)).collect()
}

/// Builds the npm package and the proxy as they ship. The names of functions tell which crates the
/// WebAssembly comes from, so they are kept for that.
fn build(names: &[Name]) -> Result<()> {
    let package = Step::cargo("xtask build --release --package");
    let has_parts = names.iter().any(|name| matches!(name, Name::Size | Name::Browser));
    if has_parts { package.arg("--with-names") } else { package }.run()?;
    if names != [Name::Size] {
        Step::cargo("build --release --package nws-proxy").run()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn options_do_not_collide() {
        Bench::command().debug_assert();
    }
}

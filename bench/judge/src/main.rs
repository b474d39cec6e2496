//! `cargo xtask bench`: figures, printed beside what they should reach, and kept as JSON.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command that people run in a terminal")]

mod choice;
mod conformance;
mod demos;
mod figure;
mod kept;
mod lan;
mod load;
mod native;
mod pages;
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

/// Measures the release build and prints a table; the details go to `bench/` in the target folder.
///
/// No figure makes this fail, only a proxy that did not do what it should: figures of one run can
/// be compared with each other, those of different machines or hours cannot.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench")]
struct Bench {
    /// What to measure; everything when nothing is named.
    names: Vec<Name>,
    #[command(flatten)]
    amount: load::Amount,
    #[command(flatten)]
    workloads: workloads::Options,
    #[command(flatten)]
    lan: lan::Options,
    #[command(flatten)]
    demos: demos::Options,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Name {
    /// What the script-tag build weighs.
    Size,
    /// The first `new NetworkWebSocket()` of a page.
    Construct,
    /// Size, construction, messages and memory of the npm package in a page, beside a client
    /// written by hand.
    Browser,
    /// From page to page and back.
    Roundtrip,
    /// From program to program and back, beside a bare TCP relay.
    Direct,
    /// Memory of the proxy for a connection that is idle.
    Memory,
    /// From the start of the proxy to its first WebSocket.
    Start,
    /// What the proxy weighs, and whose code that is.
    Binary,
    /// What the proxy does while nobody says anything.
    Quiet,
    /// The longest turns of a shard, while which nobody else has theirs.
    Turns,
    /// Throughput, latency, CPU and memory under many loads, beside other servers.
    Workloads,
    /// How the cost of a delivery grows with connections, peers, channels, bytes and cores.
    Scaling,
    /// Two machines: how soon proxies meet, what goes from one to the other, and what a link costs
    /// (needs Linux and root).
    Lan,
    /// The demos in browsers, on one machine and on two: media, the game, a flood of messages, a
    /// large file (needs Linux and root).
    Demos,
    /// Whether the framing keeps to RFC 6455, by Autobahn's fuzzing client (needs Python 2.7).
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
        build(&names)?;
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
            Name::Direct => native::direct(),
            Name::Memory => native::memory(),
            Name::Start => process::start::measure(),
            Name::Binary => process::binary::measure(),
            Name::Quiet => process::quiet::measure(),
            Name::Turns => native::turns(),
            Name::Workloads => workloads::measure(&self.workloads, &self.amount),
            Name::Scaling => scaling::measure(&self.amount),
            Name::Lan => lan::measure(&self.lan, &self.amount),
            Name::Demos => demos::measure(&self.demos),
            Name::Conformance => conformance::measure(),
        }
    }
}

/// All but what `Browser` measures too.
fn everything() -> Vec<Name> {
    let is_part = |name: &Name| matches!(name, Name::Size | Name::Construct);
    Name::value_variants().iter().copied().filter(|name| !is_part(name)).collect()
}

/// The npm package and the proxy as they ship. Whose code the WebAssembly is, only its names tell.
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

//! `cargo xtask bench`: figures, printed beside what they should reach, and kept as JSON.

mod conformance;
mod demos;
mod figure;
mod lan;
mod native;
mod pages;
mod process;
mod scaling;
mod workloads;

use std::fs;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::{build, checkout};
use figure::{Figure, table};

/// Measures the release build and prints a table; the details go to `bench/` in the target folder.
///
/// No figure makes this fail, only a proxy that did not do what it should: figures of one run can be compared with
/// each other, those of different machines or hours cannot.
#[derive(clap::Args)]
pub(crate) struct Bench {
    /// What to measure; everything when nothing is named.
    names: Vec<Name>,
    #[command(flatten)]
    loads: workloads::Options,
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
    /// Size, construction, messages and memory of the npm package in a page, beside a client written by hand.
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
    /// Two machines: how soon proxies meet, what goes from one to the other, and what a link costs (needs Linux and root).
    Lan,
    /// The demos in browsers, on one machine and on two: media, the game, a flood of messages, a large file (needs Linux and root).
    Demos,
    /// Whether the framing keeps to RFC 6455, by Autobahn's fuzzing client (needs Python 2.7).
    Conformance,
}

impl Bench {
    pub(crate) fn start(self) -> Result<()> {
        build::bundle(true)?;
        let names = if self.names.is_empty() { everything() } else { self.names.clone() };
        if names != [Name::Size] {
            build::proxy(true)?;
        }
        fs::create_dir_all(folder())?;
        let (mut figures, mut failed) = (Vec::new(), Vec::new());
        for name in names {
            let key = key(name);
            match self.measure(name).with_context(|| format!("cannot measure {key}")) {
                Ok(measured) => figures.extend(keep(&key, measured)?),
                Err(error) => failed.push(format!("{error:#}")),
            }
        }
        println!("\n{}", table(&figures));
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
            Name::Workloads => workloads::measure(&self.loads),
            Name::Scaling => scaling::measure(&self.loads),
            Name::Lan => lan::measure(&self.lan, &self.loads),
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

fn folder() -> std::path::PathBuf {
    checkout::target().join("bench")
}

fn key(name: impl ValueEnum) -> String {
    name.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
}

fn keep(key: &str, figures: Vec<Figure>) -> Result<Vec<Figure>> {
    let json: Vec<_> = figures.iter().map(Figure::json).collect();
    fs::write(folder().join(format!("{key}.json")), serde_json::to_string_pretty(&json)?)?;
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use clap::{Args, Command};

    use super::*;

    #[test]
    fn options_do_not_collide() {
        Bench::augment_args(Command::new("bench")).debug_assert();
    }
}

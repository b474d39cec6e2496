//! What a message costs the crate, by its example `cost`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use nws_tools::{Step, checkout};
use serde::{Deserialize, Serialize};

use crate::figure::Figure;
use crate::process::Running;

/// The bound of the two rows of the promise: what typed events, peers and visible gaps may cost.
const REACH: f64 = 1.1;

/// CPU time of a message with either client, in nanoseconds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cost {
    by_hand_ns: f64,
    library_ns: f64,
    ratio: f64,
}

/// What is measured around that: the options of the example, and whether it is bound.
const ROWS: [(&str, bool); 11] = [
    ("--row receive --row send --row send-and-flush-seldom", true),
    ("--row receive-one-by-one", false),
    ("--row receive --size 16", false),
    ("--row receive --row send --size 1024 --count 60000", false),
    ("--row receive --row send --size 65536 --count 3000", false),
    ("--row receive --peers 10", false),
    ("--row receive --peers 100", false),
    ("--row receive --row send --binary", false),
    ("--row receive --binary --peers 100", false),
    ("--row receive --row send --binary --size 1024 --count 60000", false),
    ("--row receive --row send --binary --size 65536 --count 3000", false),
];

pub(super) fn measure() -> Result<Vec<Figure>> {
    Step::cargo("build --release --package networkwebsockets --example cost").run()?;
    let proxy = Running::start()?;
    let mut figures = Vec::new();
    for (options, is_bound) in ROWS {
        figures.extend(row(&proxy, options, is_bound)?);
    }
    Ok(figures)
}

fn row(proxy: &Running, options: &str, is_bound: bool) -> Result<Vec<Figure>> {
    let program = checkout::program("examples/cost", true);
    let printed = Step::new(program).arg(proxy.port().to_string()).words(options).read()?;
    let costs: BTreeMap<String, Cost> =
        serde_json::from_str(&printed).with_context(|| format!("cost {options} did not print its report"))?;
    let figures = costs.into_iter().map(|(row, cost)| {
        let figure = Figure::new(format!("crate by hand: {}", named(&row, options)), cost.ratio, "×");
        let figure = figure.details(&cost);
        if is_bound { figure.at_most(REACH) } else { figure }
    });
    Ok(figures.collect())
}

/// The row, and what differs from texts of 64 bytes from one peer.
fn named(row: &str, options: &str) -> String {
    let mut words = options.split(' ');
    let mut name = row.replace('_', " ");
    while let Some(word) = words.next() {
        match word {
            "--size" => name = format!("{name}, {} B", words.next().unwrap_or_default()),
            "--peers" => name = format!("{name}, {} peers", words.next().unwrap_or_default()),
            "--binary" => name = format!("{name}, bytes"),
            _ => {}
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_differs() {
        let named = named("send", "--row receive --row send --binary --size 1024 --count 60000");
        assert_eq!(named, "send, bytes, 1024 B");
    }
}

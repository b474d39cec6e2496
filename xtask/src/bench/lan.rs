//! Figures of proxies on different machines, which are network namespaces, by the program in `bench/lan`.

mod measured;
mod pairs;
mod row;

use std::fs;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde_json::{Value, json};

use super::figure::{Figure, table};
use super::workloads::{self, machine};
use crate::step::Step;
use crate::{checkout, lab};
use measured::Measured;
use row::Row;

/// What of `lan`, and how much of it.
#[derive(clap::Args)]
#[group(id = "lan")]
pub(crate) struct Options {
    /// Only these rows of `lan`, with commas between.
    #[arg(long, value_enum, value_delimiter = ',')]
    rows: Vec<Row>,
    /// As little of `lan` as there can be: shows that it runs, and measures nothing.
    #[arg(long)]
    quick: bool,
    /// The proxies of `lan` are told of each other instead of finding each other.
    #[arg(long)]
    told: bool,
}

/// Runs the rows one after the other, each begun on a quiet machine; those that came before one that fails are shown.
pub(super) fn measure(options: &Options, loads: &workloads::Options) -> Result<Vec<Figure>> {
    lab::need()?;
    workloads::build()?;
    Step::cargo("build --release --package nws-lan").run()?;
    let rows = if options.rows.is_empty() { Row::value_variants() } else { &options.rows };
    let (mut figures, mut reports, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        match one(*row, options, loads) {
            Ok((measured, report)) => {
                println!("{}\n", table(&measured));
                figures.extend(measured);
                reports.push(json!({"row": row.name(), "report": report}));
            }
            Err(error) => failed.push(format!("{}: {error:#}", row.name())),
        }
    }
    fs::write(super::folder().join("lan.rows.json"), serde_json::to_string_pretty(&reports)?)?;
    if !failed.is_empty() {
        bail!("{}", failed.join("\n       "));
    }
    Ok(figures)
}

fn one(row: Row, options: &Options, loads: &workloads::Options) -> Result<(Vec<Figure>, Value)> {
    if !options.quick {
        machine::wait_for_quiet(loads.max_other);
    }
    let report = run(row, options, loads)?;
    let measured = Measured::new(&report, loads.max_other);
    Ok((row.figures(&measured).context("the report lacks something")?, report))
}

fn run(row: Row, options: &Options, loads: &workloads::Options) -> Result<Value> {
    println!("lan: {}", row.name());
    let (reps, secs) = if options.quick { (1, 0.3) } else { (loads.reps, loads.secs) };
    let run = Step::new(checkout::program("nws-lan", true)).arg(row.name());
    let mut run = run.words(&format!("--reps {reps} --secs {secs}"));
    if options.quick {
        run = run.arg("--quick");
    }
    if options.told {
        run = run.arg("--no-discovery");
    }
    Ok(serde_json::from_str(&run.env("NWS_BIN", checkout::program("nws", true)).read()?)?)
}

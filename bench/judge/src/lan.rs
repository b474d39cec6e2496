//! Figures of proxies on different machines, from the program in `bench/lan`. The machines are
//! network namespaces.

mod bounds;
mod growth;
mod noise;
mod pairs;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use nws_report::lan::{Report, Row};
use nws_tools::{Step, checkout, lab};
use serde::Serialize;

use crate::figure::{Figure, table};
use crate::load::{self, Amount, machine};
use crate::{choice, kept};

/// Selects what `lan` measures, and how much.
#[derive(clap::Args)]
#[group(id = "lan")]
pub(crate) struct Options {
    /// Only these rows of `lan`, with commas between them.
    #[arg(long, value_parser = by_name(), value_delimiter = ',')]
    rows: Vec<Row>,
    /// The least of `lan` that is possible: shows that it runs, and measures nothing.
    #[arg(long)]
    quick: bool,
}

/// A row as it is written to a file.
#[derive(Serialize)]
struct Kept {
    row: String,
    report: Report,
}

/// The rows of sites, which need no lab.
const BACKBONE: [Row; 2] = [Row::Backbone, Row::Growth];

/// Runs one row alone.
pub(super) fn measure_row(row: Row, amount: &Amount) -> Result<Vec<Figure>> {
    lab::need()?;
    Step::cargo("build --release --package nws-lan").run()?;
    one(row, &Options { rows: vec![row], quick: false }, amount).map(|(figures, _)| figures)
}

/// Runs the rows one after the other. Each begins on a quiet machine. When a row fails, the rows
/// before it are still shown.
pub(super) fn measure(options: &Options, amount: &Amount) -> Result<Vec<Figure>> {
    lab::need()?;
    load::build()?;
    let all = Row::value_variants().iter().copied().filter(|row| !BACKBONE.contains(row)).collect();
    rows(if options.rows.is_empty() { all } else { options.rows.clone() }, options, amount)
}

/// Measures sites that share a broker. They need no lab.
pub(super) fn measure_backbone(options: &Options, amount: &Amount) -> Result<Vec<Figure>> {
    rows(BACKBONE.to_vec(), options, amount)
}

fn rows(rows: Vec<Row>, options: &Options, amount: &Amount) -> Result<Vec<Figure>> {
    Step::cargo("build --release --package nws-lan").run()?;
    let (mut figures, mut reports, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        match one(row, options, amount) {
            Ok((measured, report)) => {
                println!("{}\n", table(&measured));
                figures.extend(measured);
                reports.push(Kept { row: choice::name(row), report });
            }
            Err(error) => failed.push(format!("{}: {error:#}", choice::name(row))),
        }
    }
    kept::write("lan.rows.json", &reports)?;
    if !failed.is_empty() {
        bail!("{}", failed.join("\n       "));
    }
    Ok(figures)
}

fn one(row: Row, options: &Options, amount: &Amount) -> Result<(Vec<Figure>, Report)> {
    if !options.quick {
        machine::wait_for_quiet(amount.max_other, machine::PATIENCE);
    }
    let report = run(row, options, amount)?;
    Ok((bounds::figures(&report, amount.max_other).context("the report lacks something")?, report))
}

fn run(row: Row, options: &Options, amount: &Amount) -> Result<Report> {
    let name = choice::name(row);
    println!("lan: {name}");
    let (reps, secs) = if options.quick { (1, 0.3) } else { (amount.reps, amount.secs(load::SECS)) };
    let run = Step::new(checkout::program("nws-lan", true)).arg(&name);
    let run = run.words(&format!("--reps {reps} --secs {secs}"));
    let run = if options.quick { run.arg("--quick") } else { run };
    let printed = run.env("NWS_BIN", checkout::program("nws", true)).read()?;
    serde_json::from_str(&printed).context("not a report of nws-lan")
}

/// The rows by name. `nws-lan --help` describes each.
fn by_name() -> impl TypedValueParser<Value = Row> {
    let names = Row::value_variants().iter().map(|row| choice::name(*row));
    PossibleValuesParser::new(names).try_map(|name| Row::from_str(&name, false))
}

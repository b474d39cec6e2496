//! Figures of the demos, from the programs in tests/demo/bench.

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use nws_tools::browser::CHROMIUM;
use nws_tools::{Step, checkout, lab, npm};
use serde::Deserialize;

use crate::choice;
use crate::figure::Figure;

/// Selects the demos that `bench demos` measures.
#[derive(clap::Args)]
#[group(id = "demos")]
pub(crate) struct Options {
    /// For `demos`: the demos to measure, with commas between them; all by default.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    demo: Vec<Demo>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Demo {
    Conference,
    Pubsub,
    Game,
    Chat,
    Console,
}

/// A figure as a program prints it. The bounds may be missing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Printed {
    what: String,
    measured: f64,
    unit: String,
    at_most: Option<f64>,
    at_least: Option<f64>,
}

/// Runs the program of each demo, with the release build and on machines of the lab.
pub(crate) fn measure(options: &Options) -> Result<Vec<Figure>> {
    npm::need("tests")?;
    lab::need()?;
    Step::cargo("build --package nws-tests --example lan").run()?;
    let chosen = if options.demo.is_empty() { Demo::value_variants() } else { &options.demo };
    let mut figures = Vec::new();
    for demo in chosen {
        figures.extend(program(&choice::name(*demo))?);
    }
    Ok(figures)
}

fn program(name: &str) -> Result<Vec<Figure>> {
    let node = Step::new("node").dir("tests").arg(format!("demo/bench/{name}.mjs")).arg("--json");
    let node = node.env("CHROMIUM", CHROMIUM.need()?).env("NWS_BIN", checkout::program("nws", true));
    let node = node.env("CARGO_TARGET_DIR", checkout::target());
    let printed: Vec<Printed> =
        serde_json::from_str(&node.read()?).with_context(|| format!("{name} did not print figures"))?;
    if printed.is_empty() {
        bail!("{name} has measured nothing");
    }
    Ok(printed.into_iter().map(|printed| figure(name, printed)).collect())
}

fn figure(name: &str, printed: Printed) -> Figure {
    let figure = Figure::new(format!("{name}: {}", printed.what), printed.measured, printed.unit);
    match (printed.at_most, printed.at_least) {
        (Some(bound), _) => figure.at_most(bound),
        (None, Some(bound)) => figure.at_least(bound),
        (None, None) => figure,
    }
}

//! What a message costs the Python package, by `python/bench/compare.py`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use nws_tools::{Step, checkout, python};

use crate::figure::Figure;

/// The folder of the package.
const FOLDER: &str = "python";

/// The bound: what typed events and peers may cost.
const REACH: f64 = 1.15;

pub(super) fn measure() -> Result<Vec<Figure>> {
    let environment = python::project(FOLDER)?;
    let compare = Step::new(python::program(&environment, "python")).dir(FOLDER);
    let compare = compare.words("bench/compare.py --json").env("NWS_PROXY", checkout::program("nws", true));
    let ratios: BTreeMap<String, f64> =
        serde_json::from_str(&compare.read()?).context("compare.py did not print its ratios")?;
    let figure =
        |(kind, ratio)| Figure::new(format!("Python by hand: {kind}, 64 B"), ratio, "×").at_most(REACH);
    Ok(ratios.into_iter().map(figure).collect())
}

//! Runs `nws doctor`, and prints what it finds.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context as _;
use nws_proxy::Check;

use crate::block_on;
use crate::cli::Examination;

/// The exit status when something is wrong.
const SICK: u8 = 1;

pub(crate) fn perform(examination: &Examination) -> anyhow::Result<ExitCode> {
    let Examination { config, pages, is_json } = examination;
    let checks = block_on(nws_proxy::examine(config, pages))??;
    let written = match is_json {
        true => print_json(&checks),
        false => print(&checks),
    };
    written.context("cannot write what was found")?;
    let is_sick = checks.iter().any(|check| check.fault);
    Ok(if is_sick { ExitCode::from(SICK) } else { ExitCode::SUCCESS })
}

fn print_json(checks: &[Check]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for check in checks {
        serde_json::to_writer(&mut out, check)?;
        writeln!(out)?;
    }
    out.flush()
}

fn print(checks: &[Check]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for check in checks {
        writeln!(out, "{check}")?;
    }
    let faults: Vec<String> = checks.iter().filter(|check| check.fault).map(name).collect();
    match faults.len() {
        0 => writeln!(out, "\nno fault was found"),
        1 => writeln!(out, "\none fault: {}", faults[0]),
        count => writeln!(out, "\n{count} faults: {}", faults.join(", ")),
    }?;
    out.flush()
}

fn name(check: &Check) -> String {
    check
        .subject
        .as_ref()
        .map_or_else(|| check.check.to_owned(), |subject| format!("{} {subject}", check.check))
}

//! `nws-load`: many clients of one channel server on one thread, and one line of JSON with the
//! results.
//!
//! The server under test and this program share a machine, and often its cores: what this program
//! does for each delivery affects the result. So there is one thread, one buffer into which all
//! sockets are read, and no allocation for a delivery. Of the project's own code only the type of
//! the report is used, which the judge of benchmarks reads: so a fault of the server cannot hide
//! itself.

#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints what it measured")]

mod address;
mod clock;
mod connection;
mod content;
mod course;
mod faults;
mod generator;
mod inbox;
mod layout;
mod ledger;
mod load;
mod measure;
mod namespaces;
mod options;
mod report;
mod roster;
mod run;
mod sample;
mod source;
mod start;
mod wire;

use std::process::ExitCode;

use clap::Parser;
use nws_report::load::Report;

use options::Options;

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    let options = Options::parse();
    if let Err(wrong) = options.check() {
        eprintln!("nws-load: {wrong}");
        return ExitCode::from(2);
    }
    match run::run(&options) {
        Ok(course) => tell(&report::report(&options, &course)),
        Err(error) => {
            eprintln!("nws-load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn tell(report: &Report) -> ExitCode {
    println!("{}", serde_json::json!(report));
    report.failures.iter().for_each(|failure| eprintln!("nws-load: {failure}"));
    if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

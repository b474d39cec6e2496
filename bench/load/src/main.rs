//! `nws-load`: many clients of one channel server in one thread, and one line of JSON that says how
//! it did.
//!
//! The server under test and this program share a machine, and often its cores: whatever is done
//! here for each delivery shows in what is measured. So there is one thread, one buffer that all
//! sockets are read into, and no allocation on the way of a delivery. Of the project's own code
//! only the type of the report is used, which the judge of benchmarks reads, so that no fault of
//! the server can hide itself.

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
mod wire;

use std::process::ExitCode;

use clap::Parser;
use nws_report::load::Report;

use options::Options;

fn main() -> ExitCode {
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

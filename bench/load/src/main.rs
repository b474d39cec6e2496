//! `nws-load`: many clients of one channel server in one thread, and one line of JSON that says how it did.
//!
//! The server under test and this program share a machine, and often its cores: whatever is done here for each
//! delivery shows in what is measured. So there is one thread, one buffer that all sockets are read into, and no
//! allocation on the way of a delivery. Nothing of the project's own code is used, so that a fault in it cannot
//! hide itself.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that prints what it measured")]

mod address;
mod clock;
mod connection;
mod content;
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

use options::Options;

fn main() -> ExitCode {
    let options = Options::parse();
    if let Err(wrong) = options.check() {
        eprintln!("nws-load: {wrong}");
        return ExitCode::from(2);
    }
    match run::run(&options) {
        Ok(report) => {
            println!("{}", report.json);
            report.failures.iter().for_each(|failure| eprintln!("nws-load: {failure}"));
            if report.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("nws-load: {error}");
            ExitCode::FAILURE
        }
    }
}

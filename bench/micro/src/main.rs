//! Calls one hot function, for an instrument that counts: `nws-micro NAME CALLS`. Without arguments it lists the
//! functions.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command that people run in a terminal")]

use std::process::ExitCode;

use nws_micro::{HOT, Hot};

/// Calls that are not counted: after them every buffer has the size that it keeps.
const WARM_UP: usize = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => HOT.iter().for_each(|hot| println!("{hot}")),
        [name, calls] => match (Hot::named(name), calls.parse()) {
            (Some(hot), Ok(calls)) => run(hot, calls),
            _ => return fail("no such function, or no number of calls"),
        },
        _ => return fail("nws-micro NAME CALLS"),
    }
    ExitCode::SUCCESS
}

fn run(hot: &Hot, calls: usize) {
    let mut call = (hot.prepare)();
    (0..WARM_UP).for_each(|_| call());
    counted(&mut call, calls);
}

/// Callgrind collects while it is in here, and finds it by its name.
#[inline(never)]
fn counted(call: &mut dyn FnMut(), calls: usize) {
    (0..calls).for_each(|_| call());
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("nws-micro: {reason}");
    ExitCode::FAILURE
}

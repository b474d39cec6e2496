//! Calls one hot function, for an instrument that counts: `nws-micro NAME CALLS`. Without arguments
//! it lists the functions. `nws-micro growth NAME SIZE` does work of that size, and `nws-micro
//! growth` lists the kinds of work, each with a size. `nws-micro turns` prints the longest turns of
//! a shard as JSON, for the judge of benchmarks.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command that people run in a terminal")]

use std::process::ExitCode;

use nws_micro::{GROWTH, Growth, HOT, Hot, Work};

/// Calls that are not counted. After them every buffer has its final size.
const WARM_UP: usize = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => HOT.iter().for_each(|hot| println!("{hot}")),
        ["growth"] => GROWTH.iter().for_each(|growth| println!("{} {growth}", growth.size)),
        ["growth", name, size] => match (Growth::named(name), size.parse()) {
            (Some(growth), Ok(size)) => {
                let work = (growth.prepare)(size);
                counted_once(work);
            }
            _ => return fail("no such work, or no size"),
        },
        #[cfg(unix)]
        ["turns"] => println!("{}", serde_json::json!(nws_micro::turns())),
        [name, calls] => match (Hot::named(name), calls.parse()) {
            (Some(hot), Ok(calls)) => run(hot, calls),
            _ => return fail("no such function, or no number of calls"),
        },
        _ => return fail("nws-micro NAME CALLS, or nws-micro growth NAME SIZE"),
    }
    ExitCode::SUCCESS
}

fn run(hot: &Hot, calls: usize) {
    let mut call = (hot.prepare)();
    (0..WARM_UP).for_each(|_| call());
    counted(&mut call, calls);
}

/// Callgrind counts only inside this function, and finds it by its name.
#[inline(never)]
fn counted(call: &mut dyn FnMut(), calls: usize) {
    (0..calls).for_each(|_| call());
}

/// The same for work that is done once.
#[inline(never)]
fn counted_once(work: Work) {
    work();
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("nws-micro: {reason}");
    ExitCode::FAILURE
}

//! Waits until other generators are ready too: each has its clients, and all begin at one time.

use std::io;
use std::thread;

use nws_report::load::JOINED;

use crate::clock::nanos;
use crate::generator::Generator;

/// Seconds between two looks whether the load may begin. Deliveries are served meanwhile.
const LOOK: f64 = 0.01;

/// Says that all have joined, and serves them until standard input has a line, or ends.
pub(crate) fn wait(generator: &mut Generator<'_>) -> io::Result<()> {
    println!("{JOINED}");
    let line = thread::spawn(|| io::stdin().read_line(&mut String::new()));
    while !line.is_finished() {
        let look = generator.clock.now() + nanos(LOOK);
        generator.run_until(look)?;
    }
    let read = line.join();
    read.unwrap_or_else(|_| Err(io::Error::other("a panic while waiting"))).map(drop)
}

//! Many sites with many channels meet, lose their brokers, and meet again: prints how long that takes
//! in simulated time, and what the simulation takes.
//!
//! `cargo bench -p nws-sim` does so with 50 sites and 1,000 channels, and `-- 12 1000` with others.
//! `cargo test` only shows that it runs.

use std::io::{self, Write, stdout};
use std::time::{Duration, Instant};

use nws_sim::lan::Crowd;

/// The time in which they should meet.
const WITHIN: Duration = Duration::from_secs(600);

fn main() -> io::Result<()> {
    let usual = if std::env::args().any(|word| word == "--bench") { [50, 1000] } else { [3, 10] };
    let mut numbers = std::env::args().filter_map(|word| word.parse().ok());
    let [sites, channels] = usual.map(|usual| numbers.next().unwrap_or(usual));
    let mut crowd = Crowd::new(sites, channels);
    writeln!(stdout(), "{sites} sites, {channels} channels")?;
    tell(&mut crowd, "met")?;
    writeln!(stdout(), "kept by a site: {:.1} MiB", crowd.kept() as f64 / f64::from(1 << 20))?;
    crowd.restart_broker(0);
    tell(&mut crowd, "met again after one broker of three")?;
    crowd.restart_brokers();
    tell(&mut crowd, "met again after all brokers")
}

#[expect(clippy::disallowed_methods, reason = "how long the simulation takes is a figure of this benchmark")]
fn tell(crowd: &mut Crowd, what: &str) -> io::Result<()> {
    let begin = Instant::now();
    let took = crowd.settle(WITHIN);
    let real = begin.elapsed().as_secs_f64();
    match took {
        Some(time) => writeln!(stdout(), "{what} in {:.2} s, simulated in {real:.1} s", time.as_secs_f64()),
        None => writeln!(stdout(), "not {what} in {} s: {} miss somebody", WITHIN.as_secs(), crowd.faults()),
    }
}

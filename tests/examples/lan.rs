//! A lab for tests that are not written in Rust: `lan N` starts N machines with a proxy on each, writes the words with
//! which commands run there, one machine a line, and stays until standard input ends.

#![expect(clippy::print_stdout, reason = "the test reads it")]

use std::io;

use anyhow::{Context, Result};
use nws_tests::lab::Lab;
use tokio::task::spawn_blocking;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let count: u8 = std::env::args().nth(1).context("how many machines?")?.parse()?;
    let lab = Lab::new(count)?;
    let mut proxies = Vec::new();
    for number in 0..usize::from(count) {
        proxies.push(lab[number].start().await?);
        println!("{}", lab[number].namespace().entrance().join(" "));
    }
    spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink())).await??;
    Ok(())
}

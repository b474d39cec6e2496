//! A lab for tests that are not written in Rust: `lan N` starts N machines with a proxy on each, writes the words with
//! which commands run there, one machine a line, and stays until standard input ends. The lines `unplug N` and `plug N`
//! there take the cable of machine N out of the bridge and put it back; it writes `done` after each.

#![expect(clippy::print_stdout, reason = "the test reads it")]

use anyhow::{Context, Result, bail};
use nws_tests::lab::Lab;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let count: u8 = std::env::args().nth(1).context("how many machines?")?.parse()?;
    let lab = Lab::new(count)?;
    let mut proxies = Vec::new();
    for number in 0..usize::from(count) {
        proxies.push(lab[number].start().await?);
        println!("{}", lab[number].namespace().entrance().join(" "));
    }
    let mut lines = BufReader::new(stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let (verb, number) = line.split_once(' ').context("a line is `unplug N` or `plug N`")?;
        let machine = &lab[number.parse::<usize>()?];
        match verb {
            "unplug" => machine.unplug()?,
            "plug" => machine.plug_in()?,
            _ => bail!("`{verb}` is neither `unplug` nor `plug`"),
        }
        println!("done");
    }
    Ok(())
}

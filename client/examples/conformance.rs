//! A client under test: takes commands and tells events, one JSON object a line, as
//! docs/conformance.md has them.

#![expect(clippy::print_stdout, reason = "this is what it is for")]

mod conformance {
    pub(crate) mod channel;
    pub(crate) mod command;
    pub(crate) mod stream;
    pub(crate) mod words;
}

use anyhow::Result;
use conformance::channel::Driver;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut lines = BufReader::new(stdin()).lines();
    let mut driver = Driver::default();
    while let Some(line) = lines.next_line().await? {
        driver.obey(serde_json::from_str(&line)?);
    }
    Ok(())
}

/// Tells what happens.
fn tell(event: &Value) {
    println!("{event}");
}

//! `nws-lan`: measures one row of what proxies on different machines can do, in a lab of network
//! namespaces, and prints it as one line of JSON. `cargo xtask bench lan` runs all rows and judges
//! them.

#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

mod options;
#[cfg(target_os = "linux")]
mod rows;

use anyhow::Result;
use clap::Parser;

use options::Options;

#[cfg(target_os = "linux")]
fn main() -> Result<()> {
    println!("{}", serde_json::to_string(&rows::measure(&Options::parse())?)?);
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn main() -> Result<()> {
    anyhow::bail!(
        "{:?} cannot be measured here: network namespaces exist for Linux only",
        Options::parse().row
    )
}

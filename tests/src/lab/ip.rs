//! The program `ip`, which makes and changes what Linux knows of networks.

use std::process::Command;

use anyhow::{Context, Result, bail};

/// Runs `ip` on the namespace `name` with arguments that hold no spaces.
pub(super) fn run(name: &str, words: &str) -> Result<()> {
    read(&format!("-n {name} {words}")).map(drop)
}

/// Runs `ip` and returns what it wrote on standard output.
pub(super) fn read(words: &str) -> Result<String> {
    let output = Command::new("ip").args(words.split_whitespace()).output();
    let output = output.context("cannot start `ip`: install iproute2")?;
    if !output.status.success() {
        bail!(
            "`ip {words}` ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).context("`ip` wrote something that is not UTF-8")
}

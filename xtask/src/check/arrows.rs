//! Who may depend on whom: the arrows of ARCHITECTURE.md, and what the sans-IO crates must not pull in.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::step::Step;

/// A crate of the workspace and those of the workspace that it may depend on.
const ARROWS: [(&str, &[&str]); 12] = [
    ("nws-protocol", &[]),
    ("nws-token-bucket", &[]),
    // The simulation is for the tests of the core.
    ("nws-core", &["nws-protocol", "nws-sim", "nws-token-bucket"]),
    ("nws-matching", &["nws-protocol", "nws-token-bucket"]),
    ("nws-sim", &["nws-core", "nws-matching", "nws-protocol"]),
    ("nws-proxy", &["nws-core", "nws-matching", "nws-protocol"]),
    ("nws-client-wasm", &["nws-protocol"]),
    ("nws-tests", &["nws-proxy", "nws-core", "nws-matching", "nws-protocol"]),
    ("nws-micro", &["nws-core", "nws-protocol", "nws-proxy"]),
    ("nws-load", &["nws-tests"]),
    ("nws-lan", &["nws-tests", "nws-matching", "nws-protocol"]),
    ("xtask", &[]),
];

/// Crates that do what a state machine only decides.
const IO: [&str; 5] = ["tokio", "mio", "socket2", "rustls", "mdns-sd"];
const SANS_IO: [&str; 5] = ["nws-protocol", "nws-token-bucket", "nws-core", "nws-matching", "nws-sim"];

pub(crate) fn check() -> Result<()> {
    let mut wrong = crossed()?;
    for name in SANS_IO {
        wrong.extend(io(name)?);
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("; "));
    }
    Ok(())
}

fn crossed() -> Result<Vec<String>> {
    let text = Step::cargo("metadata --format-version 1 --no-deps").read()?;
    let metadata: Value = serde_json::from_str(&text)?;
    let members = metadata["packages"].as_array().context("cargo metadata names no packages")?;
    let names: Vec<&str> = members.iter().filter_map(|member| member["name"].as_str()).collect();
    Ok(members.iter().flat_map(|member| wrong_arrows(member, &names)).collect())
}

fn wrong_arrows(member: &Value, names: &[&str]) -> Vec<String> {
    let name = member["name"].as_str().unwrap_or_default();
    let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == name) else {
        return vec![format!("{name} has no row in xtask/src/check/arrows.rs")];
    };
    let on = member["dependencies"].as_array().into_iter().flatten().filter_map(|on| on["name"].as_str());
    let inside = on.filter(|on| names.contains(on));
    inside.filter(|on| !allowed.contains(on)).map(|on| format!("{name} must not depend on {on}")).collect()
}

fn io(name: &str) -> Result<Vec<String>> {
    let tree =
        Step::cargo("tree --edges normal --target all --all-features --prefix none --format {p} --package");
    let tree = tree.arg(name).read()?;
    let found =
        tree.lines().filter_map(|line| line.split_whitespace().next()).filter(|found| IO.contains(found));
    Ok(found.map(|found| format!("{name} does no IO and must not depend on {found}")).collect())
}

//! Checks which crate depends on which: the arrows of ARCHITECTURE.md, and what the crates without
//! IO must not depend on.

use anyhow::{Context, Result, bail};
use nws_tools::Step;
use serde_json::Value;

/// Each crate of the workspace, with those of the workspace on which it may depend.
const ARROWS: [(&str, &[&str]); 21] = [
    ("nws-protocol", &[]),
    ("nws-token-bucket", &[]),
    ("nws-core", &["nws-protocol", "nws-token-bucket"]),
    ("nws-matching", &["nws-protocol", "nws-token-bucket"]),
    ("nws-sim", &["nws-core", "nws-matching", "nws-protocol"]),
    ("nws-backbone", &["nws-protocol"]),
    ("nws-proxy", &["networkwebsockets", "nws-backbone", "nws-core", "nws-matching", "nws-protocol"]),
    ("nws-client-core", &["nws-protocol"]),
    ("nws-client-wasm", &["nws-client-core", "nws-protocol"]),
    ("networkwebsockets", &["nws-client-core", "nws-protocol"]),
    ("nws-example-page", &["networkwebsockets"]),
    ("nws-test-page", &["networkwebsockets"]),
    ("nws-tests", &["nws-proxy", "nws-backbone", "nws-core", "nws-matching", "nws-protocol", "nws-report"]),
    ("nws-report", &[]),
    ("nws-micro", &["nws-core", "nws-protocol", "nws-proxy", "nws-report"]),
    ("nws-load", &["nws-report"]),
    ("nws-lan", &["nws-tests", "nws-backbone", "nws-matching", "nws-protocol", "nws-report"]),
    ("nws-judge", &["nws-report", "nws-tools"]),
    ("nws-dist", &["nws-tools"]),
    ("nws-tools", &[]),
    ("xtask", &["nws-client-core", "nws-protocol", "nws-tools"]),
];

/// Crates on which only the tests of a crate may depend. The load generator shares no code with
/// what it tests, and the core shares none with its simulation.
const FOR_TESTS: [(&str, &str); 3] =
    [("nws-core", "nws-sim"), ("nws-load", "nws-tests"), ("networkwebsockets", "nws-tests")];

/// Crates that do IO. A state machine only decides about it.
const IO: [&str; 5] = ["tokio", "mio", "socket2", "rustls", "mdns-sd"];
const SANS_IO: [&str; 6] =
    ["nws-protocol", "nws-token-bucket", "nws-core", "nws-matching", "nws-sim", "nws-client-core"];

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
    // The tests of a crate may need a feature of it.
    let is_for_tests = |on: &str| on == name || FOR_TESTS.contains(&(name, on));
    let is_allowed = |on: &str, dependency: &Value| {
        allowed.contains(&on) || dependency["kind"] == "dev" && is_for_tests(on)
    };
    let dependencies = member["dependencies"].as_array().into_iter().flatten();
    let on = dependencies.filter_map(|dependency| Some((dependency["name"].as_str()?, dependency)));
    let inside = on.filter(|(on, _)| names.contains(on));
    let wrong = inside.filter(|(on, dependency)| !is_allowed(on, dependency));
    wrong.map(|(on, _)| format!("{name} must not depend on {on}")).collect()
}

fn io(name: &str) -> Result<Vec<String>> {
    let tree =
        Step::cargo("tree --edges normal --target all --all-features --prefix none --format {p} --package");
    let tree = tree.arg(name).read()?;
    let found =
        tree.lines().filter_map(|line| line.split_whitespace().next()).filter(|found| IO.contains(found));
    Ok(found.map(|found| format!("{name} does no IO and must not depend on {found}")).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_load_generator_knows_the_proxy_from_its_tests_only() {
        let wrong = |on: &str, kind: Option<&str>| {
            let member = json!({"name": "nws-load", "dependencies": [{"name": on, "kind": kind}]});
            wrong_arrows(&member, &["nws-load", "nws-report", "nws-tests", "nws-protocol"])
        };
        assert!(wrong("nws-report", None).is_empty() && wrong("nws-tests", Some("dev")).is_empty());
        assert!(wrong("nws-load", Some("dev")).is_empty() && !wrong("nws-load", None).is_empty());
        assert_eq!(wrong("nws-tests", None), ["nws-load must not depend on nws-tests"]);
        assert_eq!(wrong("nws-protocol", Some("dev")), ["nws-load must not depend on nws-protocol"]);
    }
}

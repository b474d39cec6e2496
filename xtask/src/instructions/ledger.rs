//! Counts with their origin: those that are committed, and those that were just made.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::{Context, Result};
use nws_tools::checkout;
use serde_json::{Map, Value, json};

use super::origin::Origin;

/// The instructions of one call of each function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ledger {
    pub(super) origin: Origin,
    pub(super) instructions: Vec<(String, u64)>,
}

impl Ledger {
    /// Reads the committed ledger, if there is one.
    pub(super) fn read() -> Result<Option<Self>> {
        let text = match fs::read_to_string(path()) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        let ledger = serde_json::from_str(&text).map_err(anyhow::Error::from);
        let ledger = ledger.and_then(|json| Self::from_json(&json));
        ledger.map(Some).with_context(|| format!("cannot read {}", path().display()))
    }

    pub(super) fn write(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.json())? + "\n";
        fs::write(path(), text).with_context(|| format!("cannot write {}", path().display()))
    }

    pub(super) fn of(&self, name: &str) -> Option<u64> {
        self.instructions.iter().find(|(found, _)| found == name).map(|(_, count)| *count)
    }

    fn from_json(json: &Value) -> Result<Self> {
        let counts = json["instructions"].as_object().context("no object `instructions`")?;
        let count = |(name, count): (&String, &Value)| Some((name.clone(), count.as_u64()?));
        let instructions = counts.iter().map(count).collect::<Option<_>>().context("not a count")?;
        Ok(Self { origin: Origin::from_json(&json["origin"]), instructions })
    }

    fn json(&self) -> Value {
        let counts = self.instructions.iter().map(|(name, count)| (name.clone(), json!(count)));
        json!({"origin": self.origin.json(), "instructions": counts.collect::<Map<_, _>>()})
    }
}

fn path() -> PathBuf {
    checkout::root().join("bench/micro/instructions.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let text = |text: &str| text.to_owned();
        let origin =
            Origin { rustc: text("rustc 1"), valgrind: text("v"), libc: text("glibc 2"), cpu: text("x") };
        let ledger = Ledger { origin, instructions: vec![(text("a"), 1), (text("b, 2 KiB"), 20)] };
        assert_eq!(Ledger::from_json(&ledger.json()).unwrap(), ledger);
    }

    #[test]
    fn what_is_no_ledger_is_not_read() {
        assert!(Ledger::from_json(&json!({"instructions": {"a": "many"}})).is_err());
        assert!(Ledger::from_json(&json!({})).is_err());
    }
}

//! What `nws doctor --json` says.

use anyhow::{Context, Result, ensure};
use nws_tests::Setup;
use nws_tests::lab::Machine;
use serde_json::Value;

/// All checks of one run.
#[derive(Debug)]
pub(super) struct Examination {
    checks: Vec<Value>,
}

impl Examination {
    /// Examines `machine`, with more flags.
    pub(super) async fn of(machine: &Machine, flags: &[&str]) -> Result<Self> {
        let exit = Setup::on(machine).instead(&[&["doctor", "--json"], flags].concat()).await?;
        let events = exit.stdout.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
        let checks = events.into_iter().filter(|event| event["event"] == "check").collect();
        let examination = Self { checks };
        let expected = i32::from(!examination.faults().is_empty());
        ensure!(exit.status.code() == Some(expected), "{exit:?}");
        ensure!(exit.stderr.is_empty() == (expected == 0), "{exit:?}");
        Ok(examination)
    }

    /// The names of the checks that found a fault, with their subjects.
    pub(super) fn faults(&self) -> Vec<String> {
        let faults = self.checks.iter().filter(|check| check["fault"] == true);
        faults.map(|check| format!("{} {}", text(check, "check"), text(check, "subject"))).collect()
    }

    /// The check of this name whose subject begins so.
    pub(super) fn check(&self, name: &str, subject: &str) -> Result<&Value> {
        let is_it = |check: &&Value| check["check"] == name && text(check, "subject").starts_with(subject);
        self.checks.iter().find(is_it).with_context(|| format!("no check {name} {subject}: {self:?}"))
    }

    /// Fails unless `name` is the only kind of fault, and its evidence and its remedy have all of these words.
    pub(super) fn is_fault(&self, name: &str, subject: &str, evidence: &[&str], remedy: &str) -> Result<()> {
        let check = self.check(name, subject)?;
        ensure!(check["fault"] == true && check["answer"] == "no", "{check}");
        let others = self.checks.iter().filter(|it| it["fault"] == true && it["check"] != name);
        ensure!(others.count() == 0, "more than {name} is wrong: {self:?}");
        for word in evidence {
            ensure!(text(check, "evidence").contains(word), "no {word} in {check}");
        }
        ensure!(text(check, "remedy").contains(remedy), "no {remedy} in {check}");
        Ok(())
    }
}

fn text<'a>(check: &'a Value, key: &str) -> &'a str {
    check[key].as_str().unwrap_or_default()
}

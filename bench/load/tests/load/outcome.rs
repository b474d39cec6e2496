//! One run of `nws-load`, and what it said.

use std::process::Stdio;

use anyhow::{Context, Result};
use nws_tests::within;
use serde_json::Value;
use tokio::process::Command;

/// Small enough for a busy machine, long enough for thousands of deliveries.
const SHORT: [&str; 8] = ["--secs", "0.3", "--warmup", "0.1", "--settle", "0.05", "--drain-timeout", "1"];

pub(crate) struct Outcome {
    pub(crate) is_success: bool,
    pub(crate) report: Value,
    pub(crate) words: String,
}

impl Outcome {
    /// `words` as on a command line.
    pub(crate) async fn of(port: u16, words: &str) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nws-load"));
        command.args(words.split_whitespace()).args(SHORT).arg("--url").arg(format!("ws://127.0.0.1:{port}"));
        command.stdin(Stdio::null()).kill_on_drop(true);
        let output = within("the end of nws-load", command.output()).await??;
        let words = String::from_utf8(output.stderr)?;
        let report = serde_json::from_slice(&output.stdout).with_context(|| words.clone())?;
        Ok(Self { is_success: output.status.success(), report, words })
    }

    pub(crate) fn number(&self, pointer: &str) -> f64 {
        self.report.pointer(pointer).and_then(Value::as_f64).unwrap_or(f64::NAN)
    }
}

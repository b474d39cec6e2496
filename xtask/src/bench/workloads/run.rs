//! One run of the load generator against a server that was started for it.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::machine;
use super::server::{Running, Server};
use crate::checkout;

/// What is noisy is run again, up to so many times in all; the quietest counts.
const ATTEMPTS: u32 = 4;
/// The generator bounds its own waits, by 60 s for the set-up and 60 s for what is under way; this is for one that
/// hangs all the same.
const PATIENCE: Duration = Duration::from_secs(300);

/// What is run against what.
pub(crate) struct Run<'a> {
    pub(crate) server: Server,
    pub(crate) peers: &'a Path,
    /// Cores of the server, in the words of `taskset`; none for any.
    pub(crate) cores: Option<&'a str>,
    pub(crate) words: &'a str,
    pub(crate) is_binary: bool,
    pub(crate) seconds: f64,
    pub(crate) max_other: f64,
}

impl Run<'_> {
    /// The report of the quietest attempt, with `other_share` and `noisy`.
    pub(crate) fn measure(&self) -> Result<Value> {
        let mut quietest: Option<Value> = None;
        for _ in 0..ATTEMPTS {
            machine::wait_for_quiet(self.max_other);
            let report = self.attempt()?;
            let is_done = report["noisy"] == false || report["ok"] == false;
            let share = |report: &Value| report["other_share"].as_f64();
            if is_done || quietest.as_ref().is_none_or(|best| share(&report) < share(best)) {
                quietest = Some(report);
            }
            if is_done {
                break;
            }
        }
        quietest.context("no attempt")
    }

    fn attempt(&self) -> Result<Value> {
        let server = Running::start(self.server, self.peers, self.cores)?;
        let mut report = self.load(&server)?;
        drop(server);
        let share = machine::share_of_others(&report);
        report["server"] = json!(self.server.name());
        report["other_share"] = json!((share * 1000.0).round() / 1000.0);
        report["noisy"] = json!(share > self.max_other);
        Ok(report)
    }

    fn load(&self, server: &Running) -> Result<Value> {
        let mut command = Command::new(checkout::program("nws-load", true));
        command.args(self.words.split(' ')).args(["--framing", self.server.framing(self.is_binary)]);
        command.args(["--secs", &self.seconds.to_string(), "--pid", &server.pid().to_string()]);
        command.args(["--url", &format!("ws://127.0.0.1:{}", server.port)]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().context("cannot start nws-load")?;
        wait(&mut child)?;
        let mut line = String::new();
        child.stdout.take().context("no standard output")?.read_to_string(&mut line)?;
        let failed = || format!("nws-load {} told nothing", self.words);
        serde_json::from_str(&line).with_context(failed)
    }
}

/// Its one line fits into the pipe, so that it ends without being read.
fn wait(child: &mut Child) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    while child.try_wait()?.is_none() {
        if Instant::now() > end {
            child.kill()?;
            child.wait()?;
            bail!("nws-load did not end within {PATIENCE:?}");
        }
        sleep(Duration::from_millis(50));
    }
    Ok(())
}

//! One run of the load generator against a server that was started for it.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::machine;
use super::saturation::Saturation;
use super::server::{Running, Server};
use crate::checkout;

/// What is noisy is run again, up to so many times in all; the quietest counts.
const ATTEMPTS: u32 = 4;
/// The generator bounds its own waits, by 60 s for the set-up and 60 s for what is under way; this, beside the time
/// that is measured, is for one that hangs all the same.
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
    /// The report of the quietest attempt, with `other_share` and `noisy`, where these can be told, and
    /// `generator_bound`.
    pub(crate) fn measure(&self) -> Result<Value> {
        let mut quietest: Option<Value> = None;
        for _ in 0..ATTEMPTS {
            machine::wait_for_quiet(self.max_other);
            let report = self.attempt()?;
            let is_done = report["noisy"] != true || report["ok"] == false;
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
        report["other_share"] = json!(share.map(|share| (share * 1000.0).round() / 1000.0));
        report["noisy"] = json!(share.map(|share| share > self.max_other));
        report["generator_bound"] = json!(Saturation::of(&report).map(Saturation::word));
        Ok(report)
    }

    fn load(&self, server: &Running) -> Result<Value> {
        let mut command = Command::new(checkout::program("nws-load", true));
        command.args(self.words.split(' ')).args(["--framing", self.server.framing(self.is_binary)]);
        command.args(["--secs", &self.seconds.to_string(), "--pid", &server.pid().to_string()]);
        command.args(["--url", &format!("ws://127.0.0.1:{}", server.port)]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot start nws-load")?;
        let measuring = Duration::try_from_secs_f64(self.seconds).context("--secs")?;
        wait(&mut child, PATIENCE.saturating_add(measuring))?;
        let (mut line, mut words) = (String::new(), String::new());
        child.stdout.take().context("no standard output")?.read_to_string(&mut line)?;
        child.stderr.take().context("no standard error")?.read_to_string(&mut words)?;
        let failed = || format!("nws-load {} measured nothing and said: {}", self.words, words.trim());
        serde_json::from_str(&line).with_context(failed)
    }
}

/// Its one line and its few sentences fit into the pipes, so that it ends without being read.
fn wait(child: &mut Child, patience: Duration) -> Result<()> {
    let end = Instant::now() + patience;
    while child.try_wait()?.is_none() {
        if Instant::now() > end {
            child.kill()?;
            child.wait()?;
            bail!("nws-load did not end within {patience:?}");
        }
        sleep(Duration::from_millis(50));
    }
    Ok(())
}

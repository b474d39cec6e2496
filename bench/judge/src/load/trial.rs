//! Runs one load against a server that is started for it, again and again until other programs do
//! not disturb it.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nws_report::load::Report;
use nws_tools::checkout;

use super::contenders::Programs;
use super::machine;
use super::profile::Recording;
use super::run::Run;
use super::server::{Running, Server};

/// A noisy run is repeated, up to so many runs in all. The quietest one counts.
const ATTEMPTS: u32 = 4;
/// How long to wait for the generator, besides the time that is measured, in case it hangs. The
/// generator limits its own waits: 60 s for the set-up, and 60 s for messages that are under way.
const PATIENCE: Duration = Duration::from_secs(300);

/// One load and one server.
pub(crate) struct Trial<'a> {
    /// The name of the workload.
    pub(crate) workload: &'a str,
    pub(crate) server: Server,
    pub(crate) programs: &'a Programs,
    /// Cores of the server in the syntax of `taskset`; `None` for any.
    pub(crate) cores: Option<&'a str>,
    pub(crate) words: &'a str,
    pub(crate) is_binary: bool,
    /// Seconds that each run measures.
    pub(crate) secs: f64,
    /// The share of a core that other programs may use.
    pub(crate) max_other: f64,
}

impl Trial<'_> {
    /// Gives the quietest run.
    pub(crate) fn measure(&self) -> Result<Run> {
        let mut quietest: Option<Run> = None;
        for _ in 0..ATTEMPTS {
            machine::wait_for_quiet(self.max_other, machine::PATIENCE);
            let run = self.once()?;
            let is_done = !run.is_noisy() || !run.report.ok;
            if is_done || quietest.as_ref().is_none_or(|best| run.other_share < best.other_share) {
                quietest = Some(run);
            }
            if is_done {
                break;
            }
        }
        quietest.context("no attempt")
    }

    /// Gives one run, whatever disturbs it.
    pub(crate) fn once(&self) -> Result<Run> {
        let server = Running::start(self.server, self.programs, self.cores)?;
        let report = self.load(&server, Command::new(checkout::program("nws-load", true)))?;
        drop(server);
        Ok(Run::new(self.workload, self.server, report, self.max_other))
    }

    /// Gives what takes the CPU time of the server, from its first connection to its last.
    pub(crate) fn profile(&self, lines: usize) -> Result<Vec<String>> {
        let server = Running::start(self.server, self.programs, self.cores)?;
        let recording = Recording::of(server.pid())?;
        self.load(&server, recording.command(&checkout::program("nws-load", true)))?;
        recording.lines(lines)
    }

    /// Runs the load generator, as `command` starts it.
    fn load(&self, server: &Running, mut command: Command) -> Result<Report> {
        command.args(self.words.split(' ')).args(["--framing", self.server.framing(self.is_binary).name()]);
        command.args(["--secs", &self.secs.to_string(), "--pid", &server.pid().to_string()]);
        command.args(["--url", &format!("ws://127.0.0.1:{}", server.port)]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot start nws-load")?;
        let measuring = Duration::try_from_secs_f64(self.secs).context("--secs")?;
        wait(&mut child, PATIENCE.saturating_add(measuring))?;
        let (mut line, mut words) = (String::new(), String::new());
        child.stdout.take().context("no standard output")?.read_to_string(&mut line)?;
        child.stderr.take().context("no standard error")?.read_to_string(&mut words)?;
        if line.is_empty() {
            bail!("nws-load {} measured nothing and said: {}", self.words, words.trim());
        }
        serde_json::from_str(&line).with_context(|| format!("not a report of nws-load: {line}"))
    }
}

/// Waits for its end. Its one line and its few sentences fit into the pipes, so it ends without
/// being read.
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

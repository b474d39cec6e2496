//! One run: a server, and several generators that begin together.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};
use nws_report::load::{JOINED, Report};
use nws_tools::checkout;

use super::outcome::{Memory, Outcome};
use super::shape::Shape;
use crate::load::contenders::Programs;
use crate::load::server::{Running, Server};

/// Seconds within which all must have joined. In large channels that takes long, as all are told of
/// all.
const SETUP: &str = "240";

/// A server and its clients.
pub(super) struct Crowd<'a> {
    server: Server,
    running: Running,
    shape: &'a Shape,
    /// The number of the run.
    run: usize,
    secs: f64,
}

/// One process of the load generator. Dropping it ends the process.
struct Generator {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl<'a> Crowd<'a> {
    /// Starts the server.
    pub(super) fn new(
        server: Server,
        programs: &Programs,
        shape: &'a Shape,
        run: usize,
        secs: f64,
    ) -> Result<Self> {
        Ok(Self { server, running: Running::start(server, programs, None)?, shape, run, secs })
    }

    pub(super) fn measure(self) -> Result<Outcome> {
        let base = self.running.resident_kib()?;
        let generators = self.shape.words(self.run).into_iter().map(|words| self.generator(&words));
        let mut generators = generators.collect::<Result<Vec<_>>>()?;
        for generator in &mut generators {
            generator.wait().with_context(|| format!("with {}", self.server.name()))?;
        }
        let joined = self.running.resident_kib()?;
        for generator in &mut generators {
            generator.begin()?;
        }
        let reports = generators.iter_mut().map(Generator::report).collect::<Result<Vec<_>>>()?;
        let memory = Memory { base, joined, speaking: self.running.resident_kib()? };
        Ok(Outcome::of(self.server, &reports, &memory, self.shape.connections))
    }

    fn generator(&self, words: &str) -> Result<Generator> {
        let mut command = Command::new(checkout::program("nws-load", true));
        command.args(words.split(' ')).args(["--secs", &self.secs.to_string()]);
        command.args(["--setup-timeout", SETUP, "--pid", &self.running.pid().to_string()]);
        command.args(["--url", &format!("ws://127.0.0.1:{}", self.running.port)]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("cannot start nws-load")?;
        let stdout = BufReader::new(child.stdout.take().context("no standard output")?);
        Ok(Generator { child, stdout })
    }
}

impl Generator {
    /// Waits until all its clients have joined, which it limits itself.
    fn wait(&mut self) -> Result<()> {
        let line = self.line()?;
        if line.trim() == JOINED {
            return Ok(());
        }
        let report: Report =
            serde_json::from_str(&line).with_context(|| format!("nws-load said {line:?}"))?;
        bail!("not all have joined: {}", report.failures.join(", "))
    }

    fn begin(&mut self) -> Result<()> {
        let stdin = self.child.stdin.as_mut().context("no standard input")?;
        stdin.write_all(b"\n").context("nws-load has ended")
    }

    fn report(&mut self) -> Result<Report> {
        let line = self.line()?;
        serde_json::from_str(&line).with_context(|| format!("not a report of nws-load: {line}"))
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        Ok(line)
    }
}

impl Drop for Generator {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

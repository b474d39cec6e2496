//! Several generators against one server, which begin at one time.

use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use nws_report::load::{JOINED, Report};
use nws_tests::{Proxy, within};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

/// Words of a run that is short, and yet has hundreds of deliveries.
const WORDS: &str = "rate --peers 4 --rate 500 --secs 0.3 --warmup 0.1 --settle 0.05 --together";

struct Together {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Together {
    /// Starts one, and waits until its clients have joined.
    async fn join(proxy: &Proxy, source: &str) -> Result<Self> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nws-load"));
        command.args(WORDS.split_whitespace()).args(["--source", source]);
        command.arg("--url").arg(format!("ws://127.0.0.1:{}", proxy.port()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let stdout = BufReader::new(child.stdout.take().context("no standard output")?);
        let mut joined = Self { child, stdout };
        ensure!(joined.line().await?.trim() == JOINED);
        Ok(joined)
    }

    async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        within("a line of nws-load", self.stdout.read_line(&mut line)).await??;
        Ok(line)
    }

    async fn begin(&mut self) -> Result<()> {
        let stdin = self.child.stdin.as_mut().context("no standard input")?;
        Ok(stdin.write_all(b"\n").await?)
    }

    async fn report(mut self) -> Result<Report> {
        Ok(serde_json::from_str(&self.line().await?)?)
    }
}

#[tokio::test]
async fn loads_of_several_generators_are_one() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut generators =
        [Together::join(&proxy, "127.0.0.2").await?, Together::join(&proxy, "127.0.0.3").await?];
    for generator in &mut generators {
        generator.begin().await?;
    }
    for generator in generators {
        let report = generator.report().await?;
        ensure!(report.ok, "{:?}", report.failures);
        let counts = report.latency_counts.context("no latencies")?;
        ensure!(counts.iter().map(|(_, count)| count).sum::<u64>() == report.deliveries.unwrap_or(0));
        ensure!(!counts.is_empty());
    }
    Ok(())
}

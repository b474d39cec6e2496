//! What the commands need that are peers.

use std::fs;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use nws_tools::checkout;

use crate::figure::Figure;
use crate::process::Running;
use crate::statistics::median;

/// Runs of `nws status`.
const RUNS: usize = 30;

/// Milliseconds that a user takes for immediate.
const STATUS_REACH: f64 = 100.0;

/// Bytes that go through the pipe.
const PIPED: u64 = 1 << 30;

/// MiB that each end of the pipe may use at most, whatever goes through it.
const MEMORY_REACH: f64 = 64.0;

/// How often memory is looked at. Linux keeps the most, but only while the process lives.
const LOOK: Duration = Duration::from_millis(50);

pub(super) fn measure() -> Result<Vec<Figure>> {
    let proxy = Running::start()?;
    let mut figures = vec![status(&proxy)?];
    figures.extend(pipe(&proxy)?);
    Ok(figures)
}

fn nws(proxy: &Running, words: &[&str]) -> Command {
    let mut command = Command::new(checkout::program("nws", true));
    command.args(words).env("NWS_PORT", proxy.port().to_string());
    command
}

fn status(proxy: &Running) -> Result<Figure> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let begin = Instant::now();
        let output = nws(proxy, &["status"]).output().context("cannot start nws")?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
        ensure!(output.status.success(), "nws status: {}", String::from_utf8_lossy(&output.stderr));
    }
    let middle = median(times.iter().copied()).context("no runs")?;
    Ok(Figure::new("nws status, start to end, median", middle, "ms").at_most(STATUS_REACH).details(&times))
}

/// Sends zeros by one command to the other.
fn pipe(proxy: &Running) -> Result<[Figure; 3]> {
    let listen = &["listen", "pipe", "--binary"];
    let mut listener = nws(proxy, listen).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let output = listener.stdout.take().context("no output")?;
    let begin = Instant::now();
    let mut sender =
        nws(proxy, &["send", "pipe", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let input = sender.stdin.take().context("no input")?;
    let watched = [watch(&sender), watch(&listener)];
    let writer = thread::spawn(move || write(input));
    let received = read(output, PIPED);
    let seconds = begin.elapsed().as_secs_f64();
    writer.join().ok().context("a panic")?.context("the sender has ended")?;
    let sent = sender.wait()?;
    // It listens until somebody ends it, and may have ended with the sender.
    let _ = listener.kill();
    listener.wait()?;
    ensure!(sent.success() && received? == PIPED, "the pipe was not whole: {sent}");
    let [of_sender, of_listener] = watched.map(|watch| watch.join().unwrap_or(f64::INFINITY));
    let rate = PIPED as f64 / (1 << 20) as f64 / seconds;
    Ok([
        Figure::new("nws send, 1 GiB by pipe, memory at most", of_sender, "MiB").at_most(MEMORY_REACH),
        Figure::new("nws listen, 1 GiB by pipe, memory at most", of_listener, "MiB").at_most(MEMORY_REACH),
        Figure::new("nws send to nws listen by pipe", rate, "MiB/s"),
    ])
}

fn write(mut input: impl Write) -> std::io::Result<()> {
    let block = vec![0; 1 << 20];
    for _ in 0..PIPED / (1 << 20) {
        input.write_all(&block)?;
    }
    Ok(())
}

/// Reads so many bytes, or until the end.
fn read(output: impl Read, bytes: u64) -> Result<u64> {
    Ok(std::io::copy(&mut output.take(bytes), &mut std::io::sink())?)
}

/// The most memory of a process until it ends, in MiB.
fn watch(child: &Child) -> thread::JoinHandle<f64> {
    let file = format!("/proc/{}/status", child.id());
    thread::spawn(move || {
        let mut most = 0.0;
        while let Some(now) = fs::read_to_string(&file).ok().and_then(|status| peak(&status)) {
            most = now;
            thread::sleep(LOOK);
        }
        most
    })
}

/// A process that has ended has none.
fn peak(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok().map(|kib| kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_found() {
        assert_eq!(peak("VmPeak:\t 9 kB\nVmHWM:\t    2048 kB\n"), Some(2.0));
        assert_eq!(peak("Name:\tnws\nState:\tZ (zombie)\n"), None);
    }
}

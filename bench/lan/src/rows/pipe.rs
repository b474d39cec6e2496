//! Bytes by pipe, from `nws send` on one machine to `nws listen` on the other, beside messages of a client
//! that does nothing else.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use nws_report::lan::{Pipe, PipeRun};

use super::bulk;
use super::pair::Pair;
use crate::options::Options;

/// MiB of a run.
const MIB: u64 = 5 * 1024;

/// MiB of a run that only has to show that it works.
const QUICK_MIB: u64 = 20;

const BLOCK: usize = 1 << 20;

/// Blocks that differ, which are made before time is taken: more than can be under way at once.
const BLOCKS: usize = 32;

/// How often memory is looked at. Linux keeps the most, but only while the process lives.
const LOOK: Duration = Duration::from_millis(50);

pub(super) async fn measure(options: &Options) -> Result<Pipe> {
    let mib = if options.quick { QUICK_MIB } else { MIB };
    let pair = Pair::start().await?;
    let mut runs = Vec::new();
    for rep in 0..options.reps {
        let message = bulk::message(&pair, options.quick, rep)?;
        runs.push(run(&pair, mib, message)?);
    }
    pair.end().await?;
    Ok(Pipe { mib, runs })
}

fn run(pair: &Pair, mib: u64, message: f64) -> Result<PipeRun> {
    let mut listener = nws(pair, 1, "listen pipe --binary")?.stdout(Stdio::piped()).spawn()?;
    let mut output = listener.stdout.take().context("no output")?;
    let mut sender = nws(pair, 0, "send pipe -")?.stdin(Stdio::piped()).spawn()?;
    let mut input = sender.stdin.take().context("no input")?;
    let watched = [watch(&sender), watch(&listener)];
    let blocks: Arc<[Vec<u8>]> = (0..BLOCKS as u64).map(noise).collect();
    let mut block = vec![0; BLOCK];
    // The time that the two need to meet does not count.
    input.write_all(&blocks[0])?;
    output.read_exact(&mut block)?;
    ensure!(block == blocks[0], "the first block differs");
    let begin = Instant::now();
    let sent = Arc::clone(&blocks);
    let writer = thread::spawn(move || {
        let mut rest = sent.iter().cycle().skip(1).take(mib as usize - 1);
        rest.try_for_each(|block| input.write_all(block))
    });
    for (number, expected) in (1..mib).zip(blocks.iter().cycle().skip(1)) {
        output.read_exact(&mut block).with_context(|| format!("after {number} MiB"))?;
        ensure!(block == *expected, "MiB {number} differs");
    }
    let pipe = (mib - 1) as f64 / begin.elapsed().as_secs_f64();
    writer.join().map_err(|_| anyhow!("the writer panicked"))??;
    ensure!(output.read(&mut block)? == 0, "more has come than was sent");
    ensure!(sender.wait()?.success() && listener.wait()?.success(), "a command has failed");
    let [sender_mib, listener_mib] = watched.map(|watch| watch.join().unwrap_or(f64::INFINITY));
    Ok(PipeRun { pipe, message, sender_mib, listener_mib })
}

fn nws(pair: &Pair, machine: usize, words: &str) -> Result<Command> {
    let [enter, entrance @ ..] = pair.machines()[machine].namespace().entrance();
    let mut command = Command::new(enter);
    command.args(entrance).arg(nws_tests::program()?).args(words.split(' '));
    command.env("NWS_PORT", pair.proxies[machine].port().to_string()).stderr(Stdio::null());
    Ok(command)
}

/// A block that differs from those around it.
fn noise(number: u64) -> Vec<u8> {
    let word = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
    word.repeat(BLOCK / word.len())
}

/// The most memory of a process until it ends, in MiB.
fn watch(child: &Child) -> JoinHandle<f64> {
    let file = format!("/proc/{}/status", child.id());
    thread::spawn(move || {
        let mut most = 0.0;
        while let Some(now) = std::fs::read_to_string(&file).ok().and_then(|status| peak(&status)) {
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

    #[test]
    fn blocks_differ() {
        assert_eq!(noise(1).len(), BLOCK);
        assert_ne!(noise(1), noise(2));
    }
}

//! Measures with iperf3, if it is installed.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use nws_tests::lab::Machine;
use serde_json::Value;

use super::{Amount, BYTES_PER_MIB, MESSAGE};

/// MiB a second over one TCP stream.
pub(super) fn measure(machines: [&Machine; 2], amount: Amount) -> Result<Option<f64>> {
    let version = Command::new("iperf3").arg("--version").stdout(Stdio::null()).status();
    if !version.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let [from, to] = machines;
    let mut server = serve(to)?;
    let words = format!("-c {} -n {} -l {MESSAGE} -J --connect-timeout 10000", to.address(), amount.bytes());
    let output = inside(from).args(words.split(' ')).output()?;
    // It serves one client. If that client has failed, it has to be ended.
    server.kill().ok();
    server.wait()?;
    ensure!(output.status.success(), "iperf3 {words} ended with {}", output.status);
    rate(&serde_json::from_slice(&output.stdout)?).map(Some)
}

/// Starts a server and waits until it listens.
fn serve(machine: &Machine) -> Result<Child> {
    let mut server = inside(machine).args(["-s", "-1", "--forceflush"]).stdout(Stdio::piped()).spawn()?;
    let output = server.stdout.as_mut().context("no standard output")?;
    let mut lines = BufReader::new(output).lines();
    lines
        .find(|line| line.as_ref().is_ok_and(|line| line.contains("listening")))
        .context("iperf3 does not listen")??;
    Ok(server)
}

fn inside(machine: &Machine) -> Command {
    let [enter, words @ ..] = machine.namespace().entrance();
    let mut command = Command::new(enter);
    command.args(words).arg("iperf3");
    command
}

fn rate(report: &Value) -> Result<f64> {
    let bits = report.pointer("/end/sum_received/bits_per_second").and_then(Value::as_f64);
    Ok(bits.context("iperf3 tells no rate")? / 8.0 / BYTES_PER_MIB)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_received_counts() {
        let report = json!({"end": {"sum_received": {"bits_per_second": 8.0 * 3.0 * BYTES_PER_MIB}}});
        assert_eq!(rate(&report).unwrap(), 3.0);
        assert!(rate(&json!({})).is_err());
    }
}

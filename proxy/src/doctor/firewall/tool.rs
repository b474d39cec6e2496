//! Runs tools of administrators.

use std::io::{self, Read as _};
use std::process::{ChildStdout, Command, Stdio};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// How long a tool may take.
const TOOL_TIME: Duration = Duration::from_secs(2);

/// The most that is read of what a tool says.
const OUTPUT_MAX: u64 = 1024 * 1024;

/// Why a tool said nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::doctor) enum Tool {
    /// It is not there.
    Missing,
    /// It has failed, or may not do this.
    Failed,
}

/// Runs a tool, and gives what it says. The runtime does not watch for its end: one that can do so
/// costs a proxy some work in each turn.
pub(super) async fn run(tool: &str, words: &[&str]) -> Result<String, Tool> {
    let mut command = Command::new(tool);
    command.args(words).env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|_| Tool::Missing)?;
    let stdout = child.stdout.take().ok_or(Tool::Failed)?;
    let said = timeout(TOOL_TIME, spawn_blocking(move || read(stdout))).await;
    if said.is_err() {
        // It may have ended just now.
        let _ = child.kill();
    }
    let status = timeout(TOOL_TIME, spawn_blocking(move || child.wait())).await;
    match (said, status) {
        (Ok(Ok(Ok(said))), Ok(Ok(Ok(status)))) if status.success() => {
            Ok(String::from_utf8_lossy(&said).into_owned())
        }
        _ => Err(Tool::Failed),
    }
}

/// The beginning of what a tool says. It can say more, and is not kept from ending well by that.
fn read(mut stdout: ChildStdout) -> io::Result<Vec<u8>> {
    let mut said = Vec::new();
    stdout.by_ref().take(OUTPUT_MAX).read_to_end(&mut said)?;
    io::copy(&mut stdout, &mut io::sink())?;
    Ok(said)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_tool_is_heard_to_its_end_and_for_a_limited_time() {
        assert_eq!(run("echo", &["said"]).await.as_deref(), Ok("said\n"));
        assert_eq!(run("false", &[]).await, Err(Tool::Failed));
        assert_eq!(run("nws-no-such-tool", &[]).await, Err(Tool::Missing));
        assert_eq!(run("sleep", &["1000"]).await, Err(Tool::Failed));
        let much = run("head", &["-c", "3000000", "/dev/zero"]).await.map(|said| said.len() as u64);
        assert_eq!(much, Ok(OUTPUT_MAX));
    }
}

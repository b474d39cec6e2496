//! Sends signals to processes, or what comes nearest to them on Windows.

use anyhow::{Result, bail};
use tokio::process::Command;

/// Sends the signal of this name.
pub(crate) async fn send(name: &str, pid: u32) -> Result<()> {
    let status = command(name, pid)?.status().await?;
    if !status.success() {
        bail!("the program that sends {name} ended with {status}");
    }
    Ok(())
}

#[cfg(unix)]
fn command(name: &str, pid: u32) -> Result<Command> {
    let mut kill = Command::new("kill");
    kill.args(["-s", name, &pid.to_string()]);
    Ok(kill)
}

/// Ctrl-Break reaches a process that leads a group, and no other one of the console. Python can cause it.
#[cfg(windows)]
fn command(name: &str, pid: u32) -> Result<Command> {
    const BREAK: &str = "import os, signal, sys; os.kill(int(sys.argv[1]), signal.CTRL_BREAK_EVENT)";
    let pid = pid.to_string();
    let (program, args) = match name {
        "INT" | "TERM" => ("python", ["-c", BREAK, &pid].to_vec()),
        "KILL" => ("taskkill", ["/F", "/PID", &pid].to_vec()),
        _ => bail!("Windows has nothing like {name}"),
    };
    let mut command = Command::new(program);
    command.args(args);
    Ok(command)
}

/// Makes a process the leader of a group of its own, so that it alone can be stopped.
#[cfg(windows)]
pub(crate) fn lead_group(command: &mut Command) {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x0200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

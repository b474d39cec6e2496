//! The example between two machines: namespaces of the lab, each with a proxy.

#![cfg(target_os = "linux")]

use std::process::Stdio;

use anyhow::{Context, Result};
use nws_tests::lab::{Lab, Machine};
use nws_tests::within;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// A player, killed when dropped.
struct Player {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Player {
    fn start(machine: &Machine) -> Result<Self> {
        let [program, arguments @ ..] = machine.namespace().entrance();
        let mut command = Command::new(program);
        command.args(arguments).arg(env!("CARGO_BIN_EXE_simple")).arg("a-room");
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        Ok(Self { child, lines })
    }

    async fn line(&mut self) -> Result<String> {
        within("a line", self.lines.next_line()).await??.context("the player has ended")
    }

    /// Who has joined, and what it says.
    async fn meeting(&mut self) -> Result<String> {
        let joined = self.line().await?;
        let other =
            joined.strip_prefix("joined: ").with_context(|| format!("{joined} instead of a player"))?;
        assert_eq!(self.line().await?, format!("{other} says hello friend!"));
        Ok(other.to_owned())
    }
}

#[tokio::test]
async fn players_on_two_machines_greet_each_other() -> Result<()> {
    let lab = Lab::new(2)?;
    for machine in [&lab[0], &lab[1]] {
        // WebRTC asks for the way of multicast, which machines have by their default route.
        machine.run("route add default dev eth0")?;
    }
    let _proxies = (lab[0].start().await?, lab[1].start().await?);
    let (mut first, mut second) = (Player::start(&lab[0])?, Player::start(&lab[1])?);
    let (seen_first, seen_second) = (second.meeting().await?, first.meeting().await?);
    assert_ne!(seen_first, seen_second);

    second.child.kill().await?;
    assert_eq!(first.line().await?, format!("left: {seen_second}"));
    Ok(())
}

//! A broker that plays with what it carries: what lies between a site and a real one.

use std::net::Ipv4Addr;

use anyhow::{Context, Result};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What is done with one message: what is sent in its place.
pub(crate) type Play = fn(number: usize, payload: Vec<u8>, held: &mut Option<Vec<u8>>) -> Vec<Vec<u8>>;

/// What is done with the line in which a broker tells what it is.
pub(crate) type Introduction = fn(&str) -> String;

/// Leads to the broker at `port`, and does with the messages of streams what `play` says. Gives its
/// own port.
pub(crate) async fn relay(port: u16, play: Play) -> Result<u16> {
    introduced(port, play, str::to_owned).await
}

/// The same, and it tells something else of itself than the broker does.
pub(crate) async fn introduced(port: u16, play: Play, introduction: Introduction) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let own = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            tokio::spawn(carry(near, port, play, introduction));
        }
    });
    Ok(own)
}

async fn carry(near: TcpStream, port: u16, play: Play, introduction: Introduction) -> Result<()> {
    let far = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
    let ((mut near_in, near_out), (far_in, mut far_out)) = (near.into_split(), far.into_split());
    tokio::select! {
        end = copy(&mut near_in, &mut far_out) => end.map(drop)?,
        end = tamper(BufReader::new(far_in), near_out, play, introduction) => end?,
    }
    Ok(())
}

/// `MSG <subject> <sid> <bytes>` and then the payload is a message; all else is a line.
async fn tamper(
    mut from: BufReader<OwnedReadHalf>,
    mut to: OwnedWriteHalf,
    play: Play,
    introduction: Introduction,
) -> Result<()> {
    let (mut number, mut held) = (0, None);
    loop {
        let mut line = Vec::new();
        if from.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line).into_owned();
        let Some(head) = text.strip_prefix("MSG ").map(str::trim_end) else {
            let told = if text.starts_with("INFO ") { introduction(&text) } else { text };
            to.write_all(told.as_bytes()).await?;
            continue;
        };
        let (head, length) = head.rsplit_once(' ').context("a message has a length")?;
        let mut payload = vec![0; length.parse()?];
        from.read_exact(&mut payload).await?;
        from.read_exact(&mut [0; 2]).await?;
        let payloads = match head.contains(".in.") {
            true => play(number, payload, &mut held),
            false => vec![payload],
        };
        number += usize::from(head.contains(".in."));
        for payload in payloads {
            to.write_all(format!("MSG {head} {}\r\n", payload.len()).as_bytes()).await?;
            to.write_all(&payload).await?;
            to.write_all(b"\r\n").await?;
        }
    }
}

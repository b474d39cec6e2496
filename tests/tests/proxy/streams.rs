//! Standard streams that take nothing, which only Unix has as a device.

use std::fs::OpenOptions;
use std::process::Stdio;

use anyhow::{Context, Result};
use nws_tests::{Setup, within};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpStream;

/// What comes behind `words` in a stream, up to the next that is no digit.
async fn number_behind(words: &str, stream: impl AsyncRead + Unpin) -> Result<u16> {
    let mut lines = BufReader::new(stream).lines();
    within(words, async {
        while let Some(line) = lines.next_line().await? {
            if let Some((_, rest)) = line.split_once(words) {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                return Ok(digits.parse()?);
            }
        }
        anyhow::bail!("it ended without {words}")
    })
    .await?
}

#[tokio::test]
async fn streams_that_take_nothing_do_not_end_it() -> Result<()> {
    let full = || OpenOptions::new().write(true).open("/dev/full").map(Stdio::from);
    let mut mute = Setup::new().spawn(full()?, Stdio::piped())?;
    let port = number_behind("port=", mute.stderr.take().context("no standard error")?).await?;
    TcpStream::connect(("127.0.0.1", port)).await?;
    let mut without_logs = Setup::new().spawn(Stdio::piped(), full()?)?;
    let stdout = without_logs.stdout.take().context("no standard output")?;
    let port = number_behind("http://localhost:", stdout).await?;
    let request = "GET /chan HTTP/1.1\r\nHost: elsewhere.test\r\n\r\n";
    // The log would tell of it.
    let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
    tokio::io::AsyncWriteExt::write_all(stream.get_mut(), request.as_bytes()).await?;
    let mut answer = String::new();
    within("an answer", stream.read_line(&mut answer)).await??;
    assert!(answer.contains("403"), "{answer}");
    TcpStream::connect(("127.0.0.1", port)).await?;
    Ok(())
}

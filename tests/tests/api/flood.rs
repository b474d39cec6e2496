//! A client that asks ten thousand times holds up nobody else, and gains nothing.

use anyhow::{Result, ensure};
use nws_tests::{Peer, Proxy, within};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::asking::Asking;

const TIMES: usize = 10_000;

/// One request on a connection that stays open.
fn request(proxy: &Proxy, line: &str, body: &str) -> Vec<u8> {
    let port = proxy.port();
    let kind = "Content-Type: application/json";
    let length = body.len();
    format!("{line} HTTP/1.1\r\nHost: localhost:{port}\r\n{kind}\r\nContent-Length: {length}\r\n\r\n{body}")
        .into()
}

#[tokio::test]
async fn codes_are_not_guessed_by_asking_often() -> Result<()> {
    let proxy = Proxy::start().await?;
    let issued = Asking::with_token(&proxy)?.post("codes", json!({})).await?;
    let issued: Value = serde_json::from_str(&issued.body)?;
    let (mut answers, mut questions) = proxy.connect().await?.into_split();
    let guess = request(&proxy, "POST /api/v1/sessions", r#"{"code":"x"}"#);
    let last = request(&proxy, "GET /api/v1/nothing", "");
    let asking = tokio::spawn(async move {
        questions.write_all(&guess.repeat(TIMES)).await?;
        questions.write_all(&last).await?;
        anyhow::Ok(questions)
    });
    let mut heard = Vec::new();
    within("all answers", async {
        while !heard.windows(12).rev().take(4096).any(|it| it == b"HTTP/1.1 404") {
            ensure!(answers.read_buf(&mut heard).await? > 0, "the proxy has closed");
        }
        Ok(())
    })
    .await??;
    let heard = String::from_utf8(heard)?;
    assert_eq!(heard.matches("HTTP/1.1 401").count(), TIMES);
    let _questions = asking.await??;
    let given = Asking::without_token(&proxy).post("sessions", json!({"code": issued["code"]})).await?;
    assert_eq!(given.status, 200, "the code is as good as before");
    Ok(())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_client_that_asks_and_never_reads_holds_up_nobody() -> Result<()> {
    let proxy = Proxy::start().await?;
    let [mut one, mut other] = Peer::meet(&proxy, ["/chan"; 2]).await?;
    let before = proxy.memory_kib("VmRSS")?;
    let mut stream = proxy.connect().await?;
    let questions = request(&proxy, "GET /api/v1/events", "").repeat(TIMES);
    let flood = tokio::spawn(async move {
        // The proxy stops to read at some time, so this need not end.
        let _ = stream.write_all(&questions).await;
        stream
    });
    let asking = Asking::with_token(&proxy)?;
    for number in 0..20 {
        one.send(&format!(r#"{{"action":"broadcast","data":{number}}}"#)).await?;
        assert_eq!(other.json().await?["data"], number);
        assert_eq!(asking.get("proxy").await?["clients"], 2);
    }
    let grown = proxy.memory_kib("VmRSS")? - before;
    assert!(grown < 16.0 * 1024.0, "{grown} KiB more");
    flood.abort();
    Ok(())
}

//! Finds out what is where a proxy should be.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use nws_client_core::Fact;

use super::{Task, pipe};
use crate::endpoint::Endpoint;
use crate::state::facts_of;

/// How long a proxy may take to answer: one that is there takes some milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// An answer of a proxy has less.
const ANSWER_MAX: u64 = 64 * 1024;

/// The facts, and what answers if it is no proxy.
pub(crate) fn gather(endpoint: &Endpoint) -> Task<(u32, Option<String>)> {
    let endpoint = endpoint.clone();
    Box::pin(async move {
        match timeout(PATIENCE, ask(&endpoint)).await {
            Ok(Some(answer)) => judge(&answer),
            Ok(None) => (0, None),
            Err(_) => (Fact::Present.number(), None),
        }
    })
}

/// What it says to `GET /status`. Nothing where nobody listens.
async fn ask(endpoint: &Endpoint) -> Option<Vec<u8>> {
    let mut stream = pipe::connect(endpoint).await.ok()?;
    let (path, host) = (endpoint.status_path(), endpoint.authority());
    let origin = endpoint.origin().map(|origin| format!("Origin: {origin}\r\n")).unwrap_or_default();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{origin}Connection: close\r\n\r\n");
    let mut answer = Vec::new();
    if stream.write_all(request.as_bytes()).await.is_ok() {
        // Whatever came before a connection breaks is its answer.
        let _ = stream.take(ANSWER_MAX).read_to_end(&mut answer).await;
    }
    Some(answer)
}

fn judge(answer: &[u8]) -> (u32, Option<String>) {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.strip_prefix("HTTP/1.").and_then(|head| head.get(2..5)?.parse().ok());
    match status {
        Some(status) => facts_of(status, body),
        None => (0, Some("it does not speak HTTP".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_judged() {
        let proxy = b"HTTP/1.1 200 OK\r\nx: y\r\n\r\n{\"protocol\":1,\"origin\":\"allowed\"}";
        assert_eq!(judge(proxy), (Fact::Present.number(), None));
        let other = judge(b"HTTP/1.0 404 Not Found\r\n\r\nnothing here");
        assert_eq!(other, (0, Some("HTTP status 404: nothing here".to_owned())));
        for odd in [&b""[..], b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.", b"\xff\xfe"] {
            assert_eq!(judge(odd).1.as_deref(), Some("it does not speak HTTP"));
        }
    }
}

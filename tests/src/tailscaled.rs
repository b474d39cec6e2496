//! Stands for a tailscaled: it answers at a Unix socket what the test says.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::within;

/// One that runs. It ends when it is dropped, and its socket goes.
pub struct Tailscaled {
    path: PathBuf,
    said: watch::Sender<Arc<[u8]>>,
    asked: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Tailscaled {
    /// A path at which one may listen later.
    #[must_use]
    pub fn path() -> PathBuf {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        std::env::temp_dir().join(format!("nws-tailscaled-{}-{number}.sock", std::process::id()))
    }

    /// Listens at `path`, and answers with this status.
    pub fn start(path: &Path, status: &Value) -> Result<Self> {
        let listener = UnixListener::bind(path).context("no socket for a tailscaled")?;
        let said = watch::Sender::new(ok(status.to_string().as_bytes()));
        let (count, asked) = watch::channel(0);
        let task = tokio::spawn(serve(listener, said.subscribe(), count));
        Ok(Self { path: path.to_owned(), said, asked, task })
    }

    /// The status of a machine that has these addresses, and of others, by name.
    #[must_use]
    pub fn status(own: &[&str], others: &[(&str, &[&str])]) -> Value {
        let machine = |name: &str, addresses: &[&str]| {
            json!({
                "HostName": name, "DNSName": format!("{name}.tail1234.ts.net."), "OS": "linux",
                "TailscaleIPs": addresses, "Online": true, "Relay": "fra", "InNetworkMap": true,
            })
        };
        let peers =
            others.iter().map(|(name, addresses)| (format!("nodekey:{name}"), machine(name, addresses)));
        json!({
            "Version": "1.90.1", "TUN": true, "BackendState": "Running", "TailscaleIPs": own,
            "Self": machine("own", own), "Peer": peers.collect::<serde_json::Map<_, _>>(), "User": {},
        })
    }

    /// Answers with this status from now on.
    pub fn says(&self, status: &Value) {
        self.answers(status.to_string().as_bytes());
    }

    /// Answers with this body from now on.
    pub fn answers(&self, body: &[u8]) {
        self.said.send_replace(ok(body));
    }

    /// Sends exactly these bytes from now on, and then says nothing for ever.
    pub fn sends(&self, bytes: &[u8]) {
        self.said.send_replace(bytes.into());
    }

    /// Waits until it was asked so often from now on, and has answered all but the last time.
    pub async fn is_asked(&self, times: u64) -> Result<()> {
        let mut asked = self.asked.clone();
        let enough = *asked.borrow() + times;
        within("a question to tailscaled", asked.wait_for(|count| *count >= enough)).await??;
        Ok(())
    }
}

impl Drop for Tailscaled {
    fn drop(&mut self) {
        self.task.abort();
        // A socket that is left harms nobody.
        fs::remove_file(&self.path).ok();
    }
}

fn ok(body: &[u8]) -> Arc<[u8]> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json";
    [format!("{head}\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat().into()
}

async fn serve(listener: UnixListener, said: watch::Receiver<Arc<[u8]>>, count: watch::Sender<u64>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream, said.borrow().clone()));
        count.send_modify(|count| *count += 1);
    }
}

/// The real one answers to this host only.
async fn answer(mut stream: UnixStream, said: Arc<[u8]>) -> Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head)?.to_ascii_lowercase();
    let is_right = head.starts_with("get /localapi/v0/status http/1.1\r\n")
        && head.contains("\r\nhost: local-tailscaled.sock\r\n");
    let forbidden = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
    stream.write_all(if is_right { &said } else { forbidden }).await?;
    // Until the other side has enough of it.
    stream.read_u8().await?;
    Ok(())
}

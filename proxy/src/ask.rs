//! Asks a proxy of this machine what it knows.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use nws_proxy::RuntimeFolder;
use serde_json::Value;

/// How long a proxy has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Far more than a proxy answers.
const ANSWER_MAX: u64 = 64 * 1024 * 1024;

/// A proxy, and the token of its start if this user has it.
pub(crate) struct Asked {
    port: u16,
    token: Option<String>,
}

/// No proxy answers.
#[derive(Debug, thiserror::Error)]
#[error("no proxy answers at port {port} of this machine: {source}")]
pub(crate) struct Nobody {
    port: u16,
    source: io::Error,
}

impl Asked {
    /// The proxy that listens on `port`.
    pub(crate) fn at(port: u16) -> Self {
        let files = RuntimeFolder::token_files(port);
        let token = files.iter().find_map(|path| fs::read_to_string(path).ok());
        Self { port, token }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// What `GET /api/v1/<path>` answers.
    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        self.send("GET", path, "")
    }

    /// What `POST /api/v1/<path>` answers.
    pub(crate) fn post(&self, path: &str, body: &str) -> Result<Value> {
        self.send("POST", path, body)
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Result<Value> {
        let answer =
            self.exchange(method, path, body).map_err(|source| Nobody { port: self.port, source })?;
        let (head, body) = answer.split_once("\r\n\r\n").context("an answer that is none of HTTP")?;
        let status = head.split(' ').nth(1).unwrap_or_default();
        if status == "401" && self.token.is_some() {
            bail!(
                "the proxy at port {} has another token than that of its file: was it started by you?",
                self.port
            );
        }
        if status != "200" {
            bail!("what answers at port {} is no proxy of this version: status {status}", self.port);
        }
        serde_json::from_str(body).context("an answer that is no JSON")
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> io::Result<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        let token = self
            .token
            .as_ref()
            .map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
        write!(
            stream,
            "{method} /api/v1/{path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n{token}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        )?;
        let mut answer = String::new();
        stream.take(ANSWER_MAX).read_to_string(&mut answer)?;
        Ok(answer)
    }
}

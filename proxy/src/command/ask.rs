//! Asks a proxy of this machine what it knows.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use clap::Args;
use networkwebsockets::Error;
use nws_protocol::{CLIENT_PORT, harmless};
use nws_proxy::RuntimeFolder;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::stop::{Status, Stop};

/// How long a proxy has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Far more than a proxy answers.
const ANSWER_MAX: u64 = 64 * 1024 * 1024;

/// Characters of an answer that are shown where it is no proxy's.
const SHOWN: usize = 40;

/// Which proxy is meant.
#[derive(Debug, Args)]
pub(crate) struct ProxyArgs {
    /// Port of the proxy
    #[arg(long, env = "NWS_PORT")]
    port: Option<u16>,
}

impl ProxyArgs {
    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(CLIENT_PORT)
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("ws://localhost:{}/", self.port())
    }
}

/// A proxy, and the token of its start if this user has it.
pub(crate) struct Asked {
    port: u16,
    endpoint: String,
    /// The first is used. A proxy that was killed has left its own, so there may be others.
    tokens: RefCell<VecDeque<String>>,
}

impl Asked {
    pub(crate) fn of(proxy: &ProxyArgs) -> Self {
        let files = RuntimeFolder::token_files(proxy.port());
        let tokens = files.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
        Self { port: proxy.port(), endpoint: proxy.endpoint(), tokens: RefCell::new(tokens) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn has_token(&self) -> bool {
        self.token().is_some()
    }

    fn token(&self) -> Option<String> {
        self.tokens.borrow().front().cloned()
    }

    /// What `GET /api/v1/<path>` answers.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, Stop> {
        self.send("GET", path, "").await
    }

    /// What `POST /api/v1/<path>` answers.
    pub(crate) async fn post(&self, path: &str, body: &str) -> Result<Value, Stop> {
        self.send("POST", path, body).await
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> Result<Value, Stop> {
        let path = format!("api/v1/{path}");
        let mut token = self.token();
        let mut answer = self.exchange(method, &path, body, token.as_deref()).await?;
        while let Some(stale) = token.take_if(|_| answer.status == "401") {
            self.tokens.borrow_mut().retain(|token| *token != stale);
            token = self.token();
            answer = self.exchange(method, &path, body, token.as_deref()).await?;
        }
        match answer.status.as_str() {
            "200" => answer.json().ok_or_else(|| self.foreign("an answer that is no JSON")),
            "401" => Err(self.no_token()),
            _ if self.is_proxy().await? => Err(Error::VersionMismatch.into()),
            _ => Err(self.foreign(&answer.first)),
        }
    }

    /// Gives whether a proxy answers, of whatever version.
    async fn is_proxy(&self) -> Result<bool, Stop> {
        let status = self.exchange("GET", "status", "", None).await?.json();
        Ok(status.is_some_and(|status| status["service"] == "networkwebsockets"))
    }

    async fn exchange(
        &self,
        method: &str,
        path: &str,
        body: &str,
        token: Option<&str>,
    ) -> Result<Answer, Stop> {
        let connecting = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        let stream = timeout(PATIENCE, connecting).await.ok().and_then(Result::ok);
        let stream = stream.ok_or_else(|| Error::ProxyNotRunning { endpoint: self.endpoint.clone() })?;
        let answer = timeout(PATIENCE, converse(stream, &self.request(method, path, body, token))).await;
        match answer {
            Ok(Ok(answer)) => Answer::parse(answer).map_err(|beginning| self.foreign(&beginning)),
            Ok(Err(error)) => Err(self.foreign(&error.to_string())),
            Err(_) => Err(self.foreign("no answer")),
        }
    }

    fn request(&self, method: &str, path: &str, body: &str, token: Option<&str>) -> String {
        let bearer = |token: &str| format!("Authorization: Bearer {token}\r\n");
        let token = token.map_or_else(String::new, bearer);
        format!(
            "{method} /{path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n{token}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        )
    }

    fn foreign(&self, answer: &str) -> Stop {
        let answer = harmless(&answer.chars().take(SHOWN).collect::<String>());
        Error::NotAProxy { endpoint: self.endpoint.clone(), answer }.into()
    }

    /// Only those who have it may do this.
    pub(crate) fn no_token(&self) -> Stop {
        let port = self.port;
        let sentence = format!(
            "the token of the proxy at port {port} is not to be had: open http://localhost:{port}/ without names"
        );
        Stop::Failure(Status::Refused, sentence)
    }
}

/// An answer of HTTP.
struct Answer {
    first: String,
    status: String,
    body: String,
}

impl Answer {
    /// Or its beginning, if it is none.
    fn parse(bytes: Vec<u8>) -> Result<Self, String> {
        let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
        let (head, body) = text.split_once("\r\n\r\n").ok_or_else(|| text.clone())?;
        let first = head.lines().next().unwrap_or_default().to_owned();
        let status = first.split(' ').nth(1).unwrap_or_default().to_owned();
        Ok(Self { first, status, body: body.to_owned() })
    }

    fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }
}

async fn converse(mut stream: TcpStream, request: &str) -> io::Result<Vec<u8>> {
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(ANSWER_MAX).read_to_end(&mut answer).await?;
    Ok(answer)
}

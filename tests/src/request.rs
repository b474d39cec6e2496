//! An HTTP request written out, and what came back.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use crate::{Connection, Proxy};

/// A request that is sent just as it is told, on a connection of its own.
#[derive(Clone)]
pub struct Request {
    method: &'static str,
    path: String,
    host: Option<String>,
    headers: Vec<(String, String)>,
    body: String,
}

impl Request {
    /// A plain `GET`.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self::new("GET", path).header("Connection", "close")
    }

    /// A request with a method of choice.
    #[must_use]
    pub fn new(method: &'static str, path: &str) -> Self {
        Self { method, path: path.to_owned(), host: None, headers: Vec::new(), body: String::new() }
    }

    /// A `POST` of a JSON text.
    #[must_use]
    pub fn post(path: &str, body: impl Into<String>) -> Self {
        let body = body.into();
        let request = Self::new("POST", path).header("Connection", "close");
        let request = request.header("Content-Type", "application/json").header("Content-Length", body.len());
        Self { body, ..request }
    }

    /// What a browser sends to open a WebSocket.
    #[must_use]
    pub fn upgrade(path: &str) -> Self {
        let request = Self::new("GET", path).header("Connection", "Upgrade").header("Upgrade", "websocket");
        request.header("Sec-WebSocket-Version", "13").header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// Replaces `Host: localhost:<port>`.
    #[must_use]
    pub fn host(mut self, host: impl ToString) -> Self {
        self.host = Some(host.to_string());
        self
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// Sends it and reads what comes back: to the end of the connection, or after 101 the head alone.
    pub async fn send(&self, proxy: &Proxy) -> Result<Response> {
        self.send_over(Connection::open(proxy).await?, proxy.port()).await
    }

    /// Sends it over a connection to a proxy at this port.
    pub async fn send_over(&self, mut connection: Connection, port: u16) -> Result<Response> {
        connection.write(self.text(port).as_bytes()).await?;
        let mut response = Response::parse(&connection.read_head().await?)?;
        if response.status != 101 {
            response.body = String::from_utf8_lossy(&connection.read_body(&response).await?).into_owned();
        }
        Ok(response)
    }

    /// The status alone.
    pub async fn status(&self, proxy: &Proxy) -> Result<u16> {
        Ok(self.send(proxy).await?.status)
    }

    /// The request as it goes over the wire.
    #[must_use]
    pub fn text(&self, port: u16) -> String {
        let host = self.host.clone().unwrap_or_else(|| format!("localhost:{port}"));
        let mut text = format!("{} {} HTTP/1.1\r\nHost: {host}\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            write!(text, "{name}: {value}\r\n").expect("a String takes all that is written");
        }
        text + "\r\n" + &self.body
    }
}

/// A response.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The body; bytes that are not UTF-8 are replaced.
    pub body: String,
    headers: Vec<(String, String)>,
}

impl Response {
    fn parse(head: &str) -> Result<Self> {
        let mut lines = head.lines();
        let status =
            lines.next().and_then(|line| line.split(' ').nth(1)).context("no status line")?.parse()?;
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Ok(Self { status, body: String::new(), headers })
    }

    /// The value of a header; `name` in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

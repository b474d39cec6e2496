//! Asks the proxy of this machine, for its `/status` and more.

use std::io;
use std::net::Ipv4Addr;
use std::pin::pin;

use axum::body::{Body, Bytes, to_bytes};
use http::header::{HOST, ORIGIN};
use http::request::Builder;
use http::{HeaderName, Request, StatusCode};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::PATIENCE;

/// Far more than a proxy answers to what is asked here.
const ANSWER_MAX: usize = 4 * 1024 * 1024;

/// What `/status` says.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Status {
    service: String,
    pub(super) protocol: u32,
    pub(super) origin: String,
    pub(super) page: Option<String>,
}

/// The program at the port of clients.
#[derive(Clone, Debug)]
pub(super) enum Program {
    /// A proxy.
    Proxy(Status),
    /// Another program, and how it answers.
    Other(String),
    /// Nobody listens.
    Nobody,
    /// The system lets nobody connect there.
    Unreachable(String),
}

/// Asks, as a page of `origin` if there is one.
pub(super) async fn ask(port: u16, origin: Option<&str>) -> Program {
    match get(port, "/status", origin.map(|origin| (ORIGIN, origin.to_owned()))).await {
        Ok((code, body)) => match serde_json::from_slice::<Status>(&body) {
            Ok(status) if status.service == "networkwebsockets" => Program::Proxy(status),
            _ => Program::Other(format!("it answers GET /status with {code}, not as a proxy does")),
        },
        Err(program) => program,
    }
}

/// What the program at the port answers.
pub(super) async fn get(
    port: u16,
    path: &str,
    header: Option<(HeaderName, String)>,
) -> Result<(StatusCode, Bytes), Program> {
    let stream = match timeout(PATIENCE, TcpStream::connect((Ipv4Addr::LOCALHOST, port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => return Err(Program::Nobody),
        Ok(Err(error)) => return Err(Program::Unreachable(error.to_string())),
        Err(_) => return Err(Program::Unreachable("no answer in time".to_owned())),
    };
    let mut request = Request::get(path).header(HOST, format!("localhost:{port}"));
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    match timeout(PATIENCE, exchange(stream, request)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(reason)) => Err(Program::Other(format!("{reason:#}"))),
        Err(_) => Err(Program::Other(format!("it does not answer GET {path} in time"))),
    }
}

async fn exchange(stream: TcpStream, request: Builder) -> anyhow::Result<(StatusCode, Bytes)> {
    let (mut sender, connection) = handshake::<_, Body>(TokioIo::new(stream)).await?;
    let request = request.body(Body::empty())?;
    let mut answer = pin!(async {
        let response = sender.send_request(request).await?;
        let code = response.status();
        Ok((code, to_bytes(Body::new(response.into_body()), ANSWER_MAX).await?))
    });
    tokio::select! {
        answer = &mut answer => answer,
        end = connection => {
            end?;
            // The answer may have come with the end.
            answer.await
        }
    }
}

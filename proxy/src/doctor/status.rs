//! Asks the proxy of this machine for its `/status`.

use std::io;
use std::net::Ipv4Addr;
use std::pin::pin;

use axum::body::{Body, to_bytes};
use http::Request;
use http::header::{HOST, ORIGIN};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::PATIENCE;

/// Far more than a proxy answers.
const ANSWER_MAX: usize = 16 * 1024;

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
    let stream = match timeout(PATIENCE, TcpStream::connect((Ipv4Addr::LOCALHOST, port))).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => return Program::Nobody,
        Ok(Err(error)) => return Program::Unreachable(error.to_string()),
        Err(_) => return Program::Unreachable("no answer in time".to_owned()),
    };
    match timeout(PATIENCE, exchange(stream, port, origin)).await {
        Ok(Ok(status)) => Program::Proxy(status),
        Ok(Err(reason)) => Program::Other(format!("{reason:#}")),
        Err(_) => Program::Other("it does not answer GET /status in time".to_owned()),
    }
}

async fn exchange(stream: TcpStream, port: u16, origin: Option<&str>) -> anyhow::Result<Status> {
    let (mut sender, connection) = handshake::<_, Body>(TokioIo::new(stream)).await?;
    let mut request = Request::get("/status").header(HOST, format!("localhost:{port}"));
    if let Some(origin) = origin {
        request = request.header(ORIGIN, origin);
    }
    let request = request.body(Body::empty())?;
    let mut answer = pin!(async {
        let response = sender.send_request(request).await?;
        let code = response.status();
        let bytes = to_bytes(Body::new(response.into_body()), ANSWER_MAX).await?;
        let status = serde_json::from_slice::<Status>(&bytes);
        match status {
            Ok(status) if status.service == "networkwebsockets" => Ok(status),
            _ => Err(anyhow::anyhow!("it answers GET /status with {code}, not as a proxy does")),
        }
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

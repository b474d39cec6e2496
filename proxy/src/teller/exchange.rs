//! One request over HTTP, and its answer.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::body::Body;
use http::Request;
use http::header::{CONTENT_TYPE, HOST};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Question, Told, Untold};
use crate::http::exchange;
use crate::proxy_place::ProxyPlace;

/// Far more than a proxy answers.
const ANSWER_MAX: usize = 64 * 1024 * 1024;

/// Asks the program at `place`, which may take so long to connect, and to answer.
pub(super) async fn with(
    place: &ProxyPlace,
    question: &Question,
    patience: Duration,
) -> Result<Told, Untold> {
    match place {
        ProxyPlace::Port(port) => {
            let connecting = TcpStream::connect((Ipv4Addr::LOCALHOST, *port));
            let host = format!("localhost:{port}");
            over(connected(place, patience, connecting).await?, &host, question, place, patience).await
        }
        #[cfg(unix)]
        ProxyPlace::Socket(path) => {
            let connecting = tokio::net::UnixStream::connect(path);
            over(connected(place, patience, connecting).await?, "localhost", question, place, patience).await
        }
        #[cfg(not(unix))]
        ProxyPlace::Socket(_) => {
            Err(Untold::Unreachable(place.clone(), "this system has no such sockets for it".to_owned()))
        }
    }
}

async fn connected<S>(
    place: &ProxyPlace,
    patience: Duration,
    connecting: impl Future<Output = io::Result<S>>,
) -> Result<S, Untold> {
    match timeout(patience, connecting).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) if is_nobody(&error) => Err(Untold::Nobody(place.clone())),
        Ok(Err(error)) => Err(Untold::Unreachable(place.clone(), error.to_string())),
        Err(_) => Err(Untold::Unreachable(place.clone(), "no answer in time".to_owned())),
    }
}

fn is_nobody(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound)
}

async fn over(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    host: &str,
    question: &Question,
    place: &ProxyPlace,
    patience: Duration,
) -> Result<Told, Untold> {
    match timeout(patience, converse(stream, host, question)).await {
        Ok(Ok(told)) => Ok(told),
        Ok(Err(reason)) => Err(Untold::Foreign(place.clone(), format!("{reason:#}"))),
        Err(_) => Err(Untold::Silent(place.clone(), patience)),
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    host: &str,
    question: &Question,
) -> anyhow::Result<Told> {
    let Question { method, path, headers, body } = question;
    let mut request = Request::builder().method(method).uri(path).header(HOST, host);
    if !body.is_empty() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let request = request.body(Body::from(body.clone()))?;
    let (status, body) = exchange(stream, request, ANSWER_MAX).await?;
    Ok(Told { status, body })
}

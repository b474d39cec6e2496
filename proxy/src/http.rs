//! One request over HTTP on a stream that is there, and its answer.

use std::pin::pin;

use axum::body::{Body, Bytes, to_bytes};
use http::{Request, StatusCode};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

/// Gives the status and the body of the answer, if that has at most `answer_max` bytes.
///
/// # Errors
///
/// Fails when the stream ends too early, and when what comes is no HTTP or too much.
pub(crate) async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Body>,
    answer_max: usize,
) -> anyhow::Result<(StatusCode, Bytes)> {
    let (mut sender, connection) = handshake::<_, Body>(TokioIo::new(stream)).await?;
    let mut answer = pin!(async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        Ok((status, to_bytes(Body::new(response.into_body()), answer_max).await?))
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

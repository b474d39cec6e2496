//! Sends what changes, over one WebSocket for each reader: first all rows, and then those that have
//! changed.
//!
//! There is no queue of changes. Each frame is made of what the reader was sent and of what there is
//! now, when the reader has taken the frame before. So a reader that is slow gets fewer frames, and
//! costs no more memory.

mod changes;

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::extract::Request;
use axum::response::Response;
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use http::StatusCode;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use nws_protocol::CloseCode;
use serde::Deserialize;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use super::Api;
use super::access::{View, is_own_origin};
use super::answer::fault;
use super::rows::{peers_of, shown, wanted};
use crate::timeout::within;
pub(super) use changes::Changes;

/// The path of the feed.
pub(crate) const PATH: &str = "/api/v1/live";

/// Readers at one time.
const READERS_MAX: usize = 32;

/// Time in which a reader has to say who it is.
const GREETING_TIME: Duration = Duration::from_secs(5);

/// Time in which a reader has to take a frame.
const WRITE_TIME: Duration = Duration::from_secs(60);

/// Bytes of a frame of a reader.
const REQUEST_MAX: usize = 1024;

/// Counts readers.
#[derive(Clone, Debug, Default)]
pub(super) struct Readers(Arc<AtomicUsize>);

/// The place of one reader. Dropping it gives the place back.
#[derive(Debug)]
struct Place(Readers);

/// A feed that has no connection yet.
pub(crate) struct Feed {
    api: Arc<Api>,
    _place: Place,
}

/// What a reader says. In its first frame it may give the token, and later only the channel.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    token: Option<String>,
    /// The channel whose peers it wants.
    channel: Option<String>,
}

/// The reason why a feed ends.
enum End {
    /// The reader has gone.
    Gone,
    /// It said something that is of no use.
    Refused(&'static str),
    /// The proxy stops.
    Stopping,
}

type Socket = WebSocketStream<TokioIo<Upgraded>>;

impl Feed {
    /// Serves the reader until it has gone.
    pub(crate) async fn serve(self, upgraded: Upgraded) {
        if let Err(error) = self.api.serve(upgraded).await {
            tracing::debug!(%error, "a reader of the feed has gone");
        }
    }
}

impl Api {
    /// Gives whether this request for the feed, whose `Host` was admitted, may be answered. If so,
    /// the connection is to be given to the result.
    pub(crate) fn open_feed(self: &Arc<Self>, request: &Request) -> Result<Feed, Box<Response>> {
        if !is_own_origin(request.headers()) {
            return Err(Box::new(fault(StatusCode::FORBIDDEN, "this feed is for pages of this proxy")));
        }
        match self.readers.enter() {
            Some(place) => Ok(Feed { api: Arc::clone(self), _place: place }),
            None => {
                let reason = "too many read this feed at the same time";
                Err(Box::new(fault(StatusCode::SERVICE_UNAVAILABLE, reason)))
            }
        }
    }

    async fn serve(&self, upgraded: Upgraded) -> Result<(), Box<dyn Error + Send + Sync>> {
        let config = WebSocketConfig::default()
            .max_message_size(Some(REQUEST_MAX))
            .max_frame_size(Some(REQUEST_MAX))
            // It is filled with zeros before each look for a frame of the reader.
            .read_buffer_size(REQUEST_MAX)
            .write_buffer_size(0);
        let mut socket =
            WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
        let (code, reason) = match self.feed(&mut socket).await {
            End::Gone => return Ok(()),
            End::Refused(reason) => (CloseCode::Policy, reason),
            End::Stopping => (CloseCode::GoingAway, "the proxy stops"),
        };
        let close = CloseFrame { code: code.number().into(), reason: reason.into() };
        within(GREETING_TIME, socket.close(Some(close))).await.unwrap_or(Ok(()))?;
        Ok(())
    }

    async fn feed(&self, socket: &mut Socket) -> End {
        let greeting = within(GREETING_TIME, next_wish(socket)).await;
        let (view, mut channel) = match greeting.unwrap_or(Err(End::Refused("the first frame has not come")))
        {
            Ok(Wish { token, channel }) => match token {
                None => (View::Digests, channel),
                Some(token) if self.token.is(&token) => (View::Names, channel),
                Some(_) => return End::Refused("this is not the token of this start"),
            },
            Err(end) => return end,
        };
        let mut changes = Changes::default();
        loop {
            let collection = tokio::select! {
                wish = next_wish(socket) => match wish {
                    Ok(Wish { token: None, channel: other }) => {
                        channel = other;
                        continue;
                    }
                    Ok(Wish { token: Some(_), .. }) => return End::Refused("the token comes once"),
                    Err(end) => return end,
                },
                collection = self.collector.collect(wanted(channel.is_some())) => match collection {
                    Some(collection) => collection,
                    None => return End::Stopping,
                },
            };
            let chosen = channel.as_deref().map(|channel| peers_of(self, &collection, channel, view));
            let rows = shown(self, &collection, view).iter().map(Arc::as_ref);
            let rows = rows.chain(chosen.iter().flat_map(|chosen| chosen.iter()));
            let Some(frame) = changes.frame(rows) else { continue };
            match within(WRITE_TIME, socket.send(Message::text(frame))).await {
                Some(Ok(())) => {}
                Some(Err(_)) | None => return End::Gone,
            }
        }
    }
}

impl Readers {
    fn enter(&self) -> Option<Place> {
        let place = Place(self.clone());
        (self.0.fetch_add(1, Ordering::Relaxed) < READERS_MAX).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn next_wish(socket: &mut Socket) -> Result<Wish, End> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => {
                return serde_json::from_str(&text).map_err(|_| End::Refused("this is no wish"));
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Binary(_) | Message::Frame(_))) => return Err(End::Refused("a wish is text")),
            Some(Ok(Message::Close(_)) | Err(_)) | None => {
                // What is left to be said of the close handshake.
                let _ = socket.flush().now_or_never();
                return Err(End::Gone);
            }
        }
    }
}

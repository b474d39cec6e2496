//! Moves a client from HTTP to the shard of its channel, or refuses it.

use std::error::Error;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use nws_protocol::{CloseCode, InvalidPeerId};

use super::endpoint::{Endpoint, NoEndpoint};
use super::handshake;
use super::head::Counted;
use super::held_permit::HeldPermit;
use super::origin::Client;
use super::site_names::SharedSiteNames;
use crate::connection_permits::ConnectionPermit;
use crate::refusals::{Refusals, Refused};
use crate::shard::{Admission, Arrival, NotReserved, Reservation, ShardHandle, ShardHandles};
use crate::stream::Stream;

/// Decides about upgrades, and sends clients to their shards.
pub(super) struct Upgrades {
    pub(super) names: Arc<SharedSiteNames>,
    pub(super) shards: ShardHandles,
    pub(super) refusals: Refusals,
}

/// How a connection gets to its shard.
enum Route {
    Arrive(ShardHandle, Admission),
    Reserved(Reservation, Admission),
}

impl Upgrades {
    /// Answers the request of a client that may connect.
    pub(super) async fn answer(&self, client: &Client, mut request: Request) -> Response {
        let accept = match handshake::check(&request) {
            Ok(accept) => accept,
            Err(flaw) => return self.refuse(Refused::Handshake, flaw),
        };
        let endpoint = match Endpoint::parse(request.uri().path(), request.uri().query()) {
            Ok(endpoint) => endpoint,
            Err(reason) => return self.no_endpoint(reason),
        };
        let held = request.extensions().get::<HeldPermit>().cloned();
        let Some((held, permit)) = held.and_then(|held| held.take().map(|permit| (held, permit))) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let response = handshake::switching(&accept, request.headers());
        let upgrade = hyper::upgrade::on(&mut request);
        match self.route(client, endpoint, &permit).await {
            Ok(route) => {
                tokio::spawn(async move {
                    if let Err(error) = move_on(upgrade, permit, route).await {
                        tracing::debug!(%error, "an upgrade has failed");
                    }
                });
                response
            }
            Err(reason) => {
                held.give_back(permit);
                self.not_reserved(reason)
            }
        }
    }

    async fn route(
        &self,
        client: &Client,
        endpoint: Endpoint,
        permit: &ConnectionPermit,
    ) -> Result<Route, NotReserved> {
        let (shard, digest) = self.shards.of(&endpoint.channel);
        if let Some((code, reason)) = self.refusal(client, &endpoint, permit) {
            tracing::debug!(channel = %digest, "a client is refused: {reason}");
            return Ok(Route::Arrive(shard.clone(), Admission::Refuse { code, reason }));
        }
        let framing = endpoint.framing();
        let Endpoint { channel, peer, knows_streams } = endpoint;
        let admission = Admission::Join { channel: channel.clone(), framing, knows_streams };
        let route = match peer {
            None => Route::Arrive(shard.clone(), admission),
            Some(peer) => Route::Reserved(shard.reserve(channel, peer).await?, admission),
        };
        tracing::debug!(channel = %digest, "a client goes to the shard of its channel");
        Ok(route)
    }

    /// The reason to refuse a client once it is connected: a browser does not show an HTTP status
    /// to a page.
    fn refusal(
        &self,
        client: &Client,
        endpoint: &Endpoint,
        permit: &ConnectionPermit,
    ) -> Option<(CloseCode, &'static str)> {
        if !self.names.admit(client, &endpoint.channel) {
            self.refusals.count(Refused::Names);
            return Some((CloseCode::TooManyNames, "this web site tries too many channel names"));
        }
        permit.is_beyond_limit().then(|| {
            self.refusals.count(Refused::Full);
            (CloseCode::LimitReached, "too many connections")
        })
    }

    fn no_endpoint(&self, reason: NoEndpoint) -> Response {
        match reason {
            NoEndpoint::Unknown => {
                self.refuse(Refused::Handshake, (StatusCode::NOT_FOUND, "no such channel endpoint\n"))
            }
            NoEndpoint::Generated => {
                let line = format!("{}\n", InvalidPeerId::Generated);
                self.refuse(Refused::Id, (StatusCode::CONFLICT, line))
            }
        }
    }

    fn not_reserved(&self, reason: NotReserved) -> Response {
        match reason {
            NotReserved::Taken => self.refuse(Refused::Id, (StatusCode::CONFLICT, "this peer id is taken\n")),
            NotReserved::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "the proxy stops\n").into_response(),
        }
    }

    fn refuse(&self, kind: Refused, answer: impl IntoResponse) -> Response {
        self.refusals.count(kind);
        answer.into_response()
    }
}

async fn move_on(upgrade: OnUpgrade, permit: ConnectionPermit, route: Route) -> Result<(), Box<dyn Error>> {
    let upgraded = upgrade.await?;
    let parts =
        upgraded.downcast::<TokioIo<Counted<Stream>>>().map_err(|_| "the connection is of another kind")?;
    let (socket, early) = (parts.io.into_inner().into_inner(), parts.read_buf.into());
    match route {
        Route::Arrive(shard, admission) => {
            shard.arrive(Arrival::new(socket, early, permit, admission)).await?;
        }
        Route::Reserved(reservation, admission) => {
            reservation.arrive(Arrival::new(socket, early, permit, admission))?;
        }
    }
    Ok(())
}

//! Accepts connections of clients, and serves their requests until they are upgraded.

use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use futures_util::future::join_all;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use nws_protocol::limits::{HTTP_END_TIME, HTTP_TIME, REQUEST_HEADS_MAX};
use tower_service::Service;

use super::gate::{self, Gate};
use super::head::{Counted, HeadRoom};
use super::held_permit::HeldPermit;
use super::host::Hosts;
use super::origin::Origins;
use super::pages;
use super::site_names::SharedSiteNames;
use super::upgrade::Upgrades;
use crate::api::{Api, Asked, Token};
use crate::config::Config;
use crate::connection_permits::{ConnectionPermit, ConnectionPermits};
use crate::error::Error;
use crate::listeners::{Listener, Listeners};
use crate::refusals::{Refusals, Refused};
use crate::stream::Stream;
use crate::tcp::{is_of_one_connection, pause_accepting};
use crate::timeout::{AwakeTimer, within};
use crate::trouble::Troubles;

/// Handles requests that could not be read.
struct Complaints {
    /// The most bytes that the head of a request may have.
    head_max: usize,
    /// What was logged.
    told: Troubles<&'static str>,
    refusals: Refusals,
}

/// Serves pages and upgrades.
pub(crate) struct Server {
    router: Router,
    http: http1::Builder,
    permits: ConnectionPermits,
    head_room: HeadRoom,
    complaints: Arc<Complaints>,
}

impl Server {
    /// A server for a proxy that listens on `port`, if it has one, and on `link_port` for others.
    pub(crate) fn new(
        config: &Config,
        token: Token,
        [port, link_port]: [Option<u16>; 2],
        asked: Asked,
    ) -> Result<Self, Error> {
        let Asked { shards, permits, refusals, .. } = asked.clone();
        let names = Arc::new(SharedSiteNames::new(config.limits.site_names.clone())?);
        let api = Api::new(config, token, [port, link_port], Arc::clone(&names), asked);
        let router = pages::router().merge(api.router());
        let upgrades = Upgrades { names, shards, refusals: refusals.clone() };
        let gate = Gate {
            hosts: Hosts::new(port, config.allow_hosts.clone()),
            origins: Origins::new(config.allow_origins.clone(), port),
            upgrades,
            api,
            refused: Troubles::new(),
            refusals: refusals.clone(),
        };
        let head_max = config.limits.request_head;
        let mut http = http1::Builder::new();
        http.timer(AwakeTimer).header_read_timeout(config.limits.request_head_time).max_buf_size(head_max);
        Ok(Self {
            router: gate::guard(router, Arc::new(gate)),
            http,
            permits,
            head_room: HeadRoom::new(REQUEST_HEADS_MAX, refusals.clone()),
            complaints: Arc::new(Complaints { head_max, told: Troubles::new(), refusals }),
        })
    }

    /// Accepts connections for ever.
    pub(crate) async fn accept(self, listeners: Listeners) {
        join_all(listeners.clients.iter().map(|listener| self.accept_on(listener))).await;
    }

    async fn accept_on(&self, listener: &Listener) {
        let mut failing = false;
        loop {
            match listener.accept().await {
                Ok(accepted) => {
                    failing = false;
                    let permitted = accepted.ok_or(Refused::User).and_then(|stream| {
                        self.permits.acquire().map(|permit| (stream, permit)).ok_or(Refused::Full)
                    });
                    match permitted {
                        Ok((stream, permit)) => self.serve(stream, permit),
                        Err(refused) => self.complaints.refusals.count(refused),
                    }
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!(%error, "cannot accept connections");
                    }
                    pause_accepting().await;
                }
            }
        }
    }

    fn serve(&self, stream: Stream, permit: ConnectionPermit) {
        let router = self.router.clone();
        let permit = HeldPermit::new(permit);
        let share = self.head_room.share(self.complaints.head_max);
        let transport = stream.transport();
        let socket = Counted::new(stream, share.clone());
        let complaints = Arc::clone(&self.complaints);
        let service = service_fn(move |request: Request<Incoming>| {
            share.finish();
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(permit.clone());
            request.extensions_mut().insert(transport);
            router.clone().call(request)
        });
        let connection = self.http.serve_connection(TokioIo::new(socket), service).with_upgrades();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let mut result = within(HTTP_TIME, connection.as_mut()).await;
            if result.is_none() {
                connection.as_mut().graceful_shutdown();
                result = within(HTTP_END_TIME, connection).await;
            }
            complaints.tell(result);
        });
    }
}

impl Complaints {
    /// Counts and logs the end of a connection; `None` stands for one that had to be dropped.
    fn tell(&self, result: Option<hyper::Result<()>>) {
        match result {
            Some(Ok(())) => {}
            Some(Err(error)) if error.is_parse_too_large() => self.refuse_head(),
            Some(Err(error)) if error.is_parse() => {
                self.refusals.count(Refused::Handshake);
                tracing::debug!(%error, "a request could not be read");
            }
            Some(Err(error)) => tracing::debug!(%error, "an HTTP connection has ended"),
            None => tracing::debug!("an HTTP connection has been dropped: its client does not read"),
        }
    }

    fn refuse_head(&self) {
        self.refusals.count(Refused::Head);
        let head_max = self.head_max;
        if self.told.is_news("long") {
            tracing::warn!(
                "a request is refused, as its head has more than {head_max} bytes: such are often cookies of \
                 other programs on localhost; delete them in the browser, or allow more with --max-header-size"
            );
        }
    }
}

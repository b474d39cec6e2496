//! The Network Web Sockets proxy as a library: [`run`] serves pages and programs of this machine
//! until it is told to stop.
//!
//! `local` is the side of browsers and programs: HTTP, admission of clients, upgrades. An upgraded
//! connection moves to the `shard` of its channel. A shard owns the sockets of some of the
//! channels, and the state machine of [`nws_core`] that decides about them.
//!
//! `network` is the side of other proxies. `discovery` hears of them, and the `mesh` decides which
//! of them to dial and which `link` stays. A link relays between the shards of both sides.

#![forbid(unsafe_code)]

mod addresses;
mod api;
mod assets;
mod backbone;
mod channel_glob;
mod config;
mod connection_permits;
mod descriptors;
mod digest;
mod discovery;
mod doctor;
mod error;
mod guard;
mod http;
mod interfaces;
mod link;
mod listeners;
mod local;
mod mesh;
mod network;
mod notices;
mod proxy_place;
mod refusals;
mod sandbox;
mod shard;
mod signal;
mod stream;
mod tcp;
mod teller;
mod timeout;
mod tls;
mod trouble;
mod workers;

use std::convert::Infallible;
use std::future::Future;

use futures_util::future::LocalBoxFuture;

use addresses::Addresses;
use api::{Asked, Token};
use connection_permits::ConnectionPermits;
use network::{Inputs, Network};
use refusals::Refusals;
use tls::Identity;

pub use addresses::AddressMemory;
#[cfg(feature = "measure")]
pub use api::FeedScene;
pub use api::{RuntimeFolder, state_folder, write_private};
pub use channel_glob::{ChannelGlob, InvalidChannelGlob};
pub use config::{BackboneLinks, Config, Limits, Links};
pub use discovery::{BrowseDomain, InvalidDomain, InvalidPeer, PeerAddress};
pub use doctor::{Answer, Check, InvalidPage, PageAddress, examine};
pub use error::Error;
pub use interfaces::{InterfaceFilter, InterfaceGlob, InvalidGlob};
#[cfg(feature = "measure")]
pub use link::LinkScene;
pub use listeners::Listeners;
pub use local::{AllowedHost, AllowedOrigin, InvalidHost, InvalidOrigin};
pub use notices::Notices;
pub use nws_core::SiteNamesConfig;
pub use proxy_place::ProxyPlace;
pub use sandbox::confine;
pub use teller::{Teller, Told, Untold};
pub use tls::IdentityError;

/// Questions that may wait for the mesh.
const QUESTIONS: usize = 16;

/// Serves on `listeners` until `shutdown` is ready, then closes every connection with 1001. The
/// API tells the `notices`, which are to be a layer of the log.
///
/// # Errors
///
/// Fails when something keeps it from starting. A running proxy survives the faults of its clients.
///
/// # Panics
///
/// Outside a [`LocalRuntime`](tokio::runtime::LocalRuntime): one of the shards runs here.
pub async fn run(
    config: Config,
    listeners: Listeners,
    notices: Notices,
    shutdown: impl Future<Output = ()>,
) -> Result<(), Error> {
    serve(config, listeners, notices, Box::pin(shutdown)).await
}

/// What [`run`] does, compiled in this crate alone. Otherwise each crate that calls it compiles all
/// tasks of the proxy once more.
fn serve(
    config: Config,
    listeners: Listeners,
    notices: Notices,
    shutdown: LocalBoxFuture<'_, ()>,
) -> LocalBoxFuture<'_, Result<(), Error>> {
    Box::pin(until(config, listeners, notices, shutdown))
}

async fn until(
    config: Config,
    mut listeners: Listeners,
    notices: Notices,
    shutdown: LocalBoxFuture<'_, ()>,
) -> Result<(), Error> {
    let (news, from_shards) = network::news();
    let links = listeners.links.take();
    let refusals = Refusals::default();
    let identity = Identity::generate()?;
    let news = links.is_some().then_some(&news);
    let shards = shard::Shards::start(&config, identity.id(), news, &refusals)?;
    let (handles, port) = (shards.handles(), listeners.port());
    tracing::info!(port, shards = handles.len(), version = env!("CARGO_PKG_VERSION"), "serving");
    let (questions, asked) = tokio::sync::mpsc::channel(QUESTIONS);
    let link_port = links.as_ref().map(link::LinkListener::port);
    let questions = links.is_some().then_some(questions);
    let (token, _token_file) =
        listeners.token.take().map_or_else(|| Ok((Token::generate()?, None)), Ok::<_, Error>)?;
    let ports = [port, link_port];
    let addresses = Addresses::new(config.links.peers.clone(), config.links.memory.clone());
    let inputs = Inputs { news: from_shards, asked, peers: addresses.wanted() };
    let permits = ConnectionPermits::new(config.limits.connections, handles.len(), config.links.are_wanted());
    let refused = refusals.clone();
    let answering =
        Asked { shards: handles.clone(), mesh: questions, addresses, permits, refusals: refused, notices };
    let server = local::Server::new(&config, token, ports, answering)?;
    let mut network = None;
    let networking = async {
        match links {
            Some(links) => {
                let refusals = refusals.clone();
                let started =
                    Network::start(config.links, identity, links, handles, inputs, refusals).await?;
                match network.insert(started).run().await {}
            }
            None => std::future::pending::<Result<Infallible, Error>>().await,
        }
    };
    let outcome = tokio::select! {
        () = server.accept(listeners) => Ok(()),
        failure = networking => failure.map(|never| match never {}),
        never = refusals.tell() => match never {},
        () = shutdown => Ok(()),
    };
    match network {
        Some(network) => drop(tokio::join!(network.stop(), shards.stop())),
        None => shards.stop().await,
    }
    refusals.tell_now();
    outcome
}

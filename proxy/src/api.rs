//! Shows what goes on in this proxy, to its console and its user: `/api`, and `/metrics`.
//!
//! The shards and the mesh own what is shown. They are asked when someone asks, and are not watched:
//! `collector` asks them, `rows` makes answers of that, `live` sends what changes. `access` decides
//! who may ask, and `token` is the secret of those who may see names.

mod access;
mod actions;
mod addresses;
mod answer;
mod collector;
mod document;
mod folder;
mod lists;
mod live;
#[cfg(feature = "measure")]
mod measure;
mod metrics;
mod rows;
mod token;
mod verdict;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use nws_core::ChannelKey;
use std::hash::Hash;
use tokio::sync::{mpsc, oneshot};

use crate::addresses::Addresses;
use crate::config::Config;
use crate::connection_permits::ConnectionPermits;
use crate::local::SharedSiteNames;
use crate::mesh::{MeshQuestion, Wanted};
use crate::notices::Notices;
use crate::refusals::Refusals;
use crate::shard::ShardHandles;
use collector::{Collector, Sources, Time};
use rows::{KnownEvents, LimitsRow};
use token::Codes;

pub use folder::{RuntimeFolder, state_folder, write_private};
pub(crate) use folder::{file_key, make_folder, replace_private};
pub(crate) use live::PATH as LIVE_PATH;
#[cfg(feature = "measure")]
pub use measure::FeedScene;
pub(crate) use token::{Token, TokenFile};

/// Everything that answers are made of.
pub(crate) struct Api {
    token: Token,
    codes: Codes,
    collector: Collector,
    shards: ShardHandles,
    mesh: Option<mpsc::Sender<MeshQuestion>>,
    addresses: Arc<Addresses>,
    permits: ConnectionPermits,
    refusals: Refusals,
    notices: Notices,
    site_names: Arc<SharedSiteNames>,
    facts: Facts,
    readers: live::Readers,
    known_events: KnownEvents,
}

/// What does not change while a proxy runs.
#[derive(Clone, Copy, Debug)]
struct Facts {
    began: Time,
    port: Option<u16>,
    link_port: Option<u16>,
    has_discovery: bool,
    channels_max: usize,
    limits: LimitsRow,
}

/// Those who are asked.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) shards: ShardHandles,
    /// The mesh, if there are links.
    pub(crate) mesh: Option<mpsc::Sender<MeshQuestion>>,
    /// The addresses that the user gives.
    pub(crate) addresses: Arc<Addresses>,
    pub(crate) permits: ConnectionPermits,
    pub(crate) refusals: Refusals,
    /// What is kept of the log.
    pub(crate) notices: Notices,
}

impl Api {
    /// The API of a proxy that listens on these ports.
    pub(crate) fn new(
        config: &Config,
        token: Token,
        [port, link_port]: [Option<u16>; 2],
        site_names: Arc<SharedSiteNames>,
        asked: Asked,
    ) -> Arc<Self> {
        let Asked { shards, mesh, addresses, permits, refusals, notices } = asked;
        let began = Time::now();
        let interfaces = config.links.interfaces.clone();
        let sources = Sources { shards: shards.clone(), mesh: mesh.clone(), interfaces };
        let facts = Facts {
            began,
            port,
            link_port,
            has_discovery: config.links.discovery,
            channels_max: config.limits.channels,
            limits: LimitsRow::of(&config.limits),
        };
        Arc::new(Self {
            token,
            codes: Codes::default(),
            collector: Collector::start(sources, began),
            shards,
            mesh,
            addresses,
            permits,
            refusals,
            notices,
            site_names,
            facts,
            readers: live::Readers::default(),
            known_events: KnownEvents::default(),
        })
    }

    /// The routes of the API.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/api/openapi.json", get(document::get))
            .route("/api/v1/proxy", get(lists::proxy))
            .route("/api/v1/links", get(lists::links))
            .route("/api/v1/candidates", get(lists::candidates))
            .route("/api/v1/callers", get(lists::callers))
            .route("/api/v1/channels", get(lists::channels))
            .route("/api/v1/peers", get(lists::peers))
            .route("/api/v1/events", get(lists::events))
            .route("/api/v1/codes", post(actions::issue_code))
            .route("/api/v1/sessions", post(actions::redeem_code))
            .route("/api/v1/dial", post(actions::dial))
            .route("/api/v1/disconnect", post(actions::disconnect))
            .route("/api/v1/addresses", get(addresses::list))
            .route("/api/v1/addresses/add", post(addresses::add))
            .route("/api/v1/addresses/remove", post(addresses::remove))
            .route("/metrics", get(metrics::get))
            .layer(from_fn_with_state(Arc::clone(self), access::guard))
            .with_state(Arc::clone(self))
    }

    fn channel_id(&self, channel: &ChannelKey) -> String {
        self.shards.key().digest(channel).to_string()
    }

    fn digest(&self, what: &impl Hash) -> String {
        self.shards.key().of(what).to_string()
    }

    /// Dials now. Gives whether there is anyone to do so.
    async fn dial(&self, wanted: Wanted) -> bool {
        let Some(mesh) = &self.mesh else { return false };
        let (reply, done) = oneshot::channel();
        let question = match wanted {
            Wanted::Target(target) => MeshQuestion::Dial(target, reply),
            Wanted::Name(peer) => MeshQuestion::Sight(peer.sight().await, reply),
        };
        mesh.send(question).await.is_ok() && done.await.is_ok()
    }
}

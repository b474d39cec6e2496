//! Shards: each owns some of the channels and all sockets of those, and stays on one thread.
//!
//! A shard works in passes. The sessions whose sockets are ready read and hand what they read to
//! the state machine; after them, or before when so much waits that it pays, every socket for which
//! something waits is written to once. No lock and no queue lies between a reader and the writers of
//! one channel.

mod driver;
mod handle;
mod home;
mod link;
mod news;
mod registration;
mod session;
mod state;
mod stream_sender;
mod write;

use std::num::NonZero;
use std::sync::Arc;

use nws_core::{ChannelKey, Shared};
use nws_protocol::{ChannelName, ProxyId, Scope, limits};
use tokio::sync::mpsc;

use crate::config::Config;
use crate::digest::DigestKey;
use crate::error::Error;
use crate::refusals::Refusals;
use crate::workers::Workers;

pub(crate) use handle::{Admission, Arrival, NotReserved, Reservation, ShardHandle};
pub(crate) use link::{AttachedLink, FromLink};
pub(crate) use news::{News, Untold};

use home::{Home, Plan};

/// Cores of the machine for each shard: those who talk are on this machine too and need the others.
/// On two cores one shard was measured to relay up to 1.3 times what two do, for 0.8 of the time.
const CORES_PER_SHARD: usize = 2;

/// Commands that may wait for a shard; beyond it upgrades wait.
const COMMANDS: usize = 1024;

/// All shards of a proxy.
pub(crate) struct Shards {
    running: Vec<Running>,
    key: DigestKey,
}

/// What finds the shard of a channel.
#[derive(Clone)]
pub(crate) struct ShardHandles {
    handles: Arc<[ShardHandle]>,
    key: DigestKey,
}

struct Running {
    handle: ShardHandle,
    home: Home,
}

impl Shards {
    /// Starts as many shards as are configured, or one for every [`CORES_PER_SHARD`] cores: the first on this thread, the
    /// others on threads of their own. The ids that they generate belong to `proxy`.
    ///
    /// # Panics
    ///
    /// Outside a runtime that is local to its thread. `news` hears which network channels have members.
    pub(crate) fn start(
        config: &Config,
        proxy: &ProxyId,
        news: Option<&mpsc::Sender<News>>,
        refusals: &Refusals,
    ) -> Result<Self, Error> {
        let shared = Arc::new(Shared::new(config.limits.channels, limits::ALL_QUEUES_MAX));
        let workers = Workers::new();
        let count = config.shards.unwrap_or_else(usual_count);
        let running = (0..count)
            .map(|index| start_one(index, config, proxy, &shared, &workers, news, refusals))
            .collect::<Result<_, _>>()?;
        Ok(Self { running, key: DigestKey::generate()? })
    }

    pub(crate) fn handles(&self) -> ShardHandles {
        let handles = self.running.iter().map(|shard| shard.handle.clone()).collect();
        ShardHandles { handles, key: self.key.clone() }
    }

    /// Closes every connection and waits until the shards have ended, which they do in bounded time.
    pub(crate) async fn stop(self) {
        for shard in &self.running {
            shard.handle.shut_down().await;
        }
        for shard in self.running {
            shard.home.ended().await;
        }
    }
}

impl ShardHandles {
    pub(crate) fn len(&self) -> usize {
        self.handles.len()
    }

    /// The number of the shard that owns `channel`, and the digest that stands for the channel.
    pub(crate) fn number_of(&self, channel: &ChannelKey) -> (usize, crate::digest::Digest) {
        let digest = self.key.digest(channel);
        (digest.shard(self.len()), digest)
    }

    /// The shard of this number.
    pub(crate) fn numbered(&self, number: usize) -> &ShardHandle {
        &self.handles[number]
    }

    /// Tells the shard of a network channel whether other proxies do not hear of it.
    pub(crate) async fn isolate(&self, channel: ChannelName, is_isolated: bool) {
        let key = ChannelKey { scope: Scope::Network, name: channel.clone() };
        self.of(&key).0.isolate(channel, is_isolated).await;
    }

    /// Tells the shard of a network channel which proxies are in it.
    pub(crate) async fn searched(&self, channel: ChannelName, found: Vec<ProxyId>) {
        let key = ChannelKey { scope: Scope::Network, name: channel.clone() };
        self.of(&key).0.searched(channel, found).await;
    }

    /// The shard that owns `channel`, and the digest that stands for the channel.
    pub(crate) fn of(&self, channel: &ChannelKey) -> (&ShardHandle, crate::digest::Digest) {
        let (number, digest) = self.number_of(channel);
        (self.numbered(number), digest)
    }
}

fn usual_count() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    (cores / CORES_PER_SHARD).max(1)
}

/// Starts the shard with this number: the first one here, the others on threads of their own.
fn start_one(
    index: usize,
    config: &Config,
    proxy: &ProxyId,
    shared: &Arc<Shared>,
    workers: &Workers,
    news: Option<&mpsc::Sender<News>>,
    refusals: &Refusals,
) -> Result<Running, Error> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let plan = Plan {
        core: core_config(config, shared),
        proxy: proxy.clone(),
        seed,
        message_max: config.limits.message,
        news: news.cloned(),
        refusals: refusals.clone(),
        workers: workers.clone(),
    };
    let (commands, receiver) = mpsc::channel(COMMANDS);
    let is_here = index == 0;
    let home = if is_here { Home::here(plan, receiver) } else { Home::on_thread(index, plan, receiver)? };
    Ok(Running { handle: ShardHandle::new(commands, is_here), home })
}

fn core_config(config: &Config, shared: &Arc<Shared>) -> nws_core::Config {
    nws_core::Config {
        message_max: config.limits.message,
        has_links: config.links.are_wanted(),
        channel_peers_max: config.limits.channel_peers,
        ping_interval: config.limits.ping_interval,
        silence_max: config.limits.silence,
        recipient_queue_max: config.limits.queue,
        shared: Arc::clone(shared),
        ..nws_core::Config::default()
    }
}

//! Shards: each owns some of the channels and all their sockets, and stays on one thread.
//!
//! A shard works in passes. The sessions whose sockets are ready read, and pass what they read to
//! the state machine. After that, each socket for which something waits is written to once;
//! earlier, if so much waits that a write pays. Between a reader and the writers of one channel
//! there is no lock and no queue.

mod driver;
mod handle;
mod home;
mod link;
mod load;
mod news;
mod pace;
#[cfg(test)]
mod played;
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
pub(crate) use pace::Pace;
#[cfg(test)]
pub(crate) use played::PlayedShards;

use home::{Home, Plan};

/// Cores of the machine for each shard. The clients run on this machine too, and need the other
/// cores. On two cores, one shard was measured to relay up to 1.3 times what two shards do, in 0.8
/// of the CPU time.
const CORES_PER_SHARD: usize = 2;

/// Commands that may wait for a shard. Beyond that, upgrades wait.
const COMMANDS: usize = 1024;

/// All shards of a proxy.
pub(crate) struct Shards {
    running: Vec<Running>,
    key: DigestKey,
}

/// Finds the shard of a channel.
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
    /// Starts as many shards as are configured, or one for every [`CORES_PER_SHARD`] cores: the
    /// first on this thread, the others on their own threads. The ids that they generate belong to
    /// `proxy`. `news` receives which network channels have members.
    ///
    /// # Panics
    ///
    /// Outside a runtime that is local to its thread.
    pub(crate) fn start(
        config: &Config,
        proxy: &ProxyId,
        news: Option<&mpsc::Sender<News>>,
        refusals: &Refusals,
    ) -> Result<Self, Error> {
        Self::start_paced(config, proxy, news, refusals, Pace::default)
    }

    /// As [`start`](Self::start), with another pace of each shard.
    pub(crate) fn start_paced(
        config: &Config,
        proxy: &ProxyId,
        news: Option<&mpsc::Sender<News>>,
        refusals: &Refusals,
        pace: fn() -> Pace,
    ) -> Result<Self, Error> {
        let shared = Arc::new(Shared::new(config.limits.channels, limits::ALL_QUEUES_MAX));
        let workers = Workers::new();
        let count = config.shards.unwrap_or_else(usual_count);
        let plan = || -> Result<Plan, Error> {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed)?;
            Ok(Plan {
                core: core_config(config, &shared),
                proxy: proxy.clone(),
                seed,
                message_max: config.limits.message,
                news: news.cloned(),
                refusals: refusals.clone(),
                workers: workers.clone(),
                pace: pace(),
            })
        };
        let running = (0..count).map(|index| start_one(index, plan()?)).collect::<Result<_, Error>>()?;
        Ok(Self { running, key: DigestKey::generate()? })
    }

    pub(crate) fn handles(&self) -> ShardHandles {
        let handles = self.running.iter().map(|shard| shard.handle.clone()).collect();
        ShardHandles { handles, key: self.key.clone() }
    }

    /// Closes every connection, and waits until the shards have ended. That takes a bounded time.
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

    /// The number of the shard that owns `channel`, and the digest of the channel.
    pub(crate) fn number_of(&self, channel: &ChannelKey) -> (usize, crate::digest::Digest) {
        let digest = self.key.digest(channel);
        (digest.shard(self.len()), digest)
    }

    /// The shard with this number.
    pub(crate) fn numbered(&self, number: usize) -> &ShardHandle {
        &self.handles[number]
    }

    /// All shards, in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &ShardHandle> {
        self.handles.iter()
    }

    /// The key of all digests of this start.
    pub(crate) fn key(&self) -> &DigestKey {
        &self.key
    }

    /// Tells the shard of a network channel whether the channel is not offered to other proxies.
    pub(crate) async fn isolate(&self, channel: ChannelName, is_isolated: bool) {
        let key = ChannelKey { scope: Scope::Network, name: channel.clone() };
        self.of(&key).0.isolate(channel, is_isolated).await;
    }

    /// Tells the shard of a network channel which proxies are in the channel.
    pub(crate) async fn searched(&self, channel: ChannelName, found: Vec<ProxyId>) {
        let key = ChannelKey { scope: Scope::Network, name: channel.clone() };
        self.of(&key).0.searched(channel, found).await;
    }

    /// The shard that owns `channel`, and the digest of the channel.
    pub(crate) fn of(&self, channel: &ChannelKey) -> (&ShardHandle, crate::digest::Digest) {
        let (number, digest) = self.number_of(channel);
        (self.numbered(number), digest)
    }
}

fn usual_count() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    (cores / CORES_PER_SHARD).max(1)
}

/// Starts the shard with this number: the first one here, the others on their own threads.
fn start_one(index: usize, plan: Plan) -> Result<Running, Error> {
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

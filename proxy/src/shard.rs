//! Shards: threads that each own some of the channels and all sockets of those.
//!
//! A shard works in passes. The sessions whose sockets are ready read and hand what they read to
//! the state machine; after them the driver writes once to every socket for which something waits.
//! No lock and no queue lies between a reader and the writers of one channel.

mod driver;
mod handle;

mod seat;
mod session;
mod state;
mod write;

use std::sync::Arc;
use std::thread::JoinHandle;

use nws_core::{Channels, Shared};
use nws_protocol::limits;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::{mpsc, oneshot};

use crate::config::Config;
use crate::digest::DigestKey;
use crate::error::Error;

pub(crate) use handle::{Arrival, NotReserved, Reservation, ShardHandle, Welcome};

use handle::Command;
use state::Shard;

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
    ended: oneshot::Receiver<()>,
    thread: JoinHandle<()>,
}

impl Shards {
    /// Starts one shard for each core.
    pub(crate) fn start(config: &Config) -> Result<Self, Error> {
        let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let shared = Arc::new(Shared::new(config.limits.channels, limits::ALL_QUEUES_MAX));
        let running = (0..count).map(|index| start_one(index, config, &shared)).collect::<Result<_, _>>()?;
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
            let _ = shard.ended.await;
            if shard.thread.join().is_err() {
                tracing::error!("a shard has panicked");
            }
        }
    }
}

impl ShardHandles {
    pub(crate) fn len(&self) -> usize {
        self.handles.len()
    }

    /// The shard that owns `channel`, and the digest that stands for the channel.
    pub(crate) fn of(&self, channel: &nws_core::ChannelKey) -> (&ShardHandle, crate::digest::Digest) {
        let digest = self.key.digest(channel);
        (&self.handles[digest.shard(self.len())], digest)
    }
}

fn start_one(index: usize, config: &Config, shared: &Arc<Shared>) -> Result<Running, Error> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)?;
    let (commands, receiver) = mpsc::channel::<Command>(COMMANDS);
    let (alive, ended) = oneshot::channel::<()>();
    let (started, failure) = std::sync::mpsc::sync_channel(1);
    let core = core_config(config, shared);
    let message_max = config.limits.message;
    let thread = std::thread::Builder::new()
        .name(format!("nws-shard-{index}"))
        .spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
            match runtime {
                Ok(runtime) => {
                    drop(started);
                    let shard = Shard::new(Channels::new(core, seed), message_max);
                    // Not the future that the runtime blocks on, as that one looks for events before it runs.
                    let driver = async { tokio::task::spawn_local(driver::drive(shard, receiver)).await };
                    state::guarded(|| match runtime.block_on(driver) {
                        Ok(()) => {}
                        Err(error) => std::panic::resume_unwind(error.into_panic()),
                    });
                }
                // The thread that waits for it takes it.
                Err(error) => drop(started.send(error)),
            }
            drop(alive);
        })
        .map_err(Error::Thread)?;
    match failure.recv() {
        Ok(error) => Err(Error::Thread(error)),
        Err(_) => Ok(Running { handle: ShardHandle::new(commands), ended, thread }),
    }
}

fn core_config(config: &Config, shared: &Arc<Shared>) -> nws_core::Config {
    nws_core::Config {
        channel_peers_max: config.limits.channel_peers,
        ping_interval: config.limits.ping_interval,
        silence_max: config.limits.silence,
        shared: Arc::clone(shared),
        ..nws_core::Config::default()
    }
}

//! Runs a shard: on the thread that accepts connections, or on its own thread.

use std::rc::Rc;
use std::sync::mpsc::SyncSender;
use std::thread;

use nws_core::Channels;
use nws_protocol::ProxyId;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{self, spawn_local};

use super::driver::drive;
use super::handle::Command;
use super::news::News;
use super::pace::Pace;
use super::state::Shard;
use crate::error::Error;
use crate::guard::guarded;
use crate::refusals::Refusals;
use crate::workers::Workers;

/// Everything that a shard is made of.
pub(super) struct Plan {
    pub(super) core: nws_core::Config,
    /// The proxy to which generated ids belong.
    pub(super) proxy: ProxyId,
    pub(super) seed: [u8; 32],
    pub(super) message_max: usize,
    /// Receives which channels have members.
    pub(super) news: Option<mpsc::Sender<News>>,
    pub(super) refusals: Refusals,
    /// The threads on which long messages are encoded.
    pub(super) workers: Workers,
    pub(super) pace: Pace,
}

/// A shard that runs.
pub(super) enum Home {
    /// On the thread that started it, which also serves HTTP. A pass of the shard may delay HTTP.
    /// That delay is bounded: it is what is read from one connection, times its recipients.
    Here(task::JoinHandle<()>),
    /// On its own thread, which reports when it is about to end.
    Thread { ended: oneshot::Receiver<()>, thread: thread::JoinHandle<()> },
}

impl Plan {
    /// Makes the shard. Call this on the shard's thread.
    fn shard(self) -> Rc<Shard> {
        let core = Channels::new(self.core, self.proxy, self.seed);
        let tells = self.news.is_some();
        let shard = Shard::new(core, self.message_max, tells, self.refusals, self.workers, self.pace);
        if let Some(news) = self.news {
            let teller = Rc::clone(&shard);
            spawn_local(async move { teller.tell_news(news).await });
        }
        shard
    }
}

impl Home {
    /// Runs a shard on this thread, whose runtime must be local.
    pub(super) fn here(plan: Plan, commands: mpsc::Receiver<Command>) -> Self {
        Self::Here(spawn_local(drive(plan.shard(), commands)))
    }

    /// Runs a shard on a new thread.
    pub(super) fn on_thread(
        index: usize,
        plan: Plan,
        commands: mpsc::Receiver<Command>,
    ) -> Result<Self, Error> {
        let (alive, ended) = oneshot::channel();
        let (started, failure) = std::sync::mpsc::sync_channel(1);
        let thread = thread::Builder::new()
            .name(format!("nws-shard-{index}"))
            .spawn(move || {
                guarded(|| run(plan, commands, started));
                drop(alive);
            })
            .map_err(Error::Thread)?;
        match failure.recv() {
            Ok(error) => Err(Error::Thread(error)),
            Err(_) => Ok(Self::Thread { ended, thread }),
        }
    }

    /// Waits until the shard has ended.
    pub(super) async fn ended(self) {
        match self {
            Self::Here(task) => drop(task.await),
            Self::Thread { ended, thread } => {
                let _ = ended.await;
                if thread.join().is_err() {
                    tracing::error!("a shard has panicked at its end");
                }
            }
        }
    }
}

/// Runs a shard to its end. `started` receives the error that keeps it from starting. Otherwise it
/// is dropped.
fn run(plan: Plan, commands: mpsc::Receiver<Command>, started: SyncSender<std::io::Error>) {
    match Builder::new_current_thread().enable_all().build_local(LocalOptions::default()) {
        Ok(runtime) => {
            drop(started);
            // A spawned task, and not the future on which the runtime blocks: the runtime polls for
            // events each time before it polls that future.
            let driver = async { spawn_local(drive(plan.shard(), commands)).await };
            drop(runtime.block_on(driver));
        }
        // The starting thread waits for it.
        Err(error) => drop(started.send(error)),
    }
}

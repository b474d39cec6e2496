//! Shards that a test plays: they answer when it says so.

use nws_core::Survey;
use tokio::sync::mpsc;

use super::handle::{Command, ShardHandle};
use super::{COMMANDS, DigestKey, ShardHandles};

/// The other ends of handles.
pub(crate) struct PlayedShards(Vec<mpsc::Receiver<Command>>);

impl PlayedShards {
    /// So many shards, which answer nothing yet.
    pub(crate) fn start(count: usize) -> (ShardHandles, Self) {
        let ends: Vec<_> = (0..count).map(|_| mpsc::channel(COMMANDS)).collect();
        let handles = ends.iter().map(|(sender, _)| ShardHandle::new(sender.clone(), true)).collect();
        let handles = ShardHandles { handles, key: DigestKey::generate().unwrap() };
        (handles, Self(ends.into_iter().map(|(_, commands)| commands).collect()))
    }

    /// Waits for the next question to a shard that somebody still asks, and answers it.
    pub(crate) async fn answer(&mut self, shard: usize, survey: Survey) {
        while let Some(command) = self.0[shard].recv().await {
            match command {
                Command::Survey { reply, .. } if !reply.is_closed() => {
                    reply.send(survey).unwrap();
                    return;
                }
                Command::Survey { .. }
                | Command::Arrive(_)
                | Command::Reserve { .. }
                | Command::Link(_)
                | Command::Isolate { .. }
                | Command::Searched { .. }
                | Command::Disconnect { .. }
                | Command::ShutDown => {}
            }
        }
    }
}

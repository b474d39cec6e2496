//! Collects what there is, from the shards and the mesh, when someone asks.
//!
//! Nothing is collected while nobody asks. All who ask at about the same time get the same
//! collection, and there are at most four in a second: so any number of readers costs as much as
//! one.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::future::join_all;
use nws_core::{Counts, Survey, SurveyBounds};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep_until, timeout};

use super::rows::Shown;
use crate::interfaces::{InterfaceFilter, InterfaceList};
use crate::mesh::{MeshAnswer, MeshQuestion};
use crate::shard::{ShardHandle, ShardHandles};

/// Time between the beginnings of two collections.
pub(super) const PERIOD: Duration = Duration::from_millis(250);

/// Those who ask at once do not ask in one instant.
const GATHERING: Duration = Duration::from_millis(5);

/// Time in which a shard has to answer. Longer turns than this are a fault.
const PATIENCE: Duration = Duration::from_secs(2);

/// Those who wait for one collection and are known to it. Others wait until these have theirs.
const WAITING_MAX: usize = 64;

/// Channels and peers that each shard lists at most.
pub(super) const LISTED: SurveyBounds = SurveyBounds { channels: 2_000, peers: 10_000 };

/// For those who want sums and no rows of channels and peers.
pub(super) const SUMS: SurveyBounds = SurveyBounds { channels: 0, peers: 0 };

/// Asks for collections.
#[derive(Clone, Debug)]
pub(super) struct Collector(mpsc::Sender<Request>);

/// Someone who waits for a collection.
#[derive(Debug)]
struct Request {
    /// As much is wanted at least.
    bounds: SurveyBounds,
    reply: oneshot::Sender<Arc<Collection>>,
}

/// What there is at one moment.
#[derive(Debug)]
pub(super) struct Collection {
    /// What each shard has, by its number. `None` for one that did not answer.
    pub(super) shards: Vec<Option<Survey>>,
    /// What the clients of all shards ever did. Of a shard that did not answer, what it told last.
    pub(super) counts: Counts,
    /// What the mesh has, if there are links at all.
    pub(super) mesh: Option<MeshAnswer>,
    pub(super) interfaces: InterfaceList,
    pub(super) time: Time,
    /// Rows that several readers want.
    pub(super) shown: Shown,
}

/// A moment, by both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    instant: Instant,
    unix: Duration,
}

/// Those of whom a collection asks.
pub(super) struct Sources {
    pub(super) shards: ShardHandles,
    pub(super) mesh: Option<mpsc::Sender<MeshQuestion>>,
    pub(super) interfaces: InterfaceFilter,
}

impl Collector {
    /// Starts to wait for requests.
    pub(super) fn start(sources: Sources, began: Time) -> Self {
        let (sender, requests) = mpsc::channel(WAITING_MAX);
        tokio::spawn(serve(sources, began, requests));
        Self(sender)
    }

    /// What there is, from a collection that begins after this call. It lists as much as `bounds`
    /// wants, or more. `None` when the proxy stops.
    pub(super) async fn collect(&self, bounds: SurveyBounds) -> Option<Arc<Collection>> {
        let (reply, answer) = oneshot::channel();
        self.0.send(Request { bounds, reply }).await.ok()?;
        answer.await.ok()
    }
}

async fn serve(sources: Sources, began: Time, mut requests: mpsc::Receiver<Request>) {
    let mut next = Instant::now();
    let mut waiting = Vec::with_capacity(WAITING_MAX);
    let mut told = vec![Counts::default(); sources.shards.len()];
    loop {
        let Some(first) = requests.recv().await else { return };
        sleep_until(next.max(Instant::now() + GATHERING).into()).await;
        waiting.push(first);
        while let Ok(other) = requests.try_recv() {
            waiting.push(other);
        }
        next = Instant::now() + PERIOD;
        let bounds = waiting.iter().fold(SUMS, |most, request| wider(most, request.bounds));
        let collection = Arc::new(sources.collect(bounds, began, &mut told).await);
        // Some may have gone meanwhile.
        waiting.drain(..).for_each(|request| drop(request.reply.send(Arc::clone(&collection))));
    }
}

fn wider(one: SurveyBounds, other: SurveyBounds) -> SurveyBounds {
    SurveyBounds { channels: one.channels.max(other.channels), peers: one.peers.max(other.peers) }
}

impl Sources {
    /// Asks all at once. `told` is what each shard counted last.
    async fn collect(&self, bounds: SurveyBounds, began: Time, told: &mut [Counts]) -> Collection {
        let ask = async |shard: &ShardHandle| timeout(PATIENCE, shard.survey(bounds)).await.ok().flatten();
        let (shards, mesh) = tokio::join!(join_all(self.shards.iter().map(ask)), self.ask_mesh());
        for (told, shard) in told.iter_mut().zip(&shards) {
            *told = shard.as_ref().map_or(*told, |shard| shard.counts);
        }
        Collection {
            shards,
            counts: told.iter().fold(Counts::default(), sum),
            mesh,
            interfaces: InterfaceList::read(&self.interfaces),
            time: began.later(Instant::now()),
            shown: Shown::default(),
        }
    }

    async fn ask_mesh(&self) -> Option<MeshAnswer> {
        let mesh = self.mesh.as_ref()?;
        let asked = async {
            let (reply, answer) = oneshot::channel();
            mesh.send(MeshQuestion::Survey(reply)).await.ok()?;
            answer.await.ok()
        };
        timeout(PATIENCE, asked).await.ok().flatten()
    }
}

fn sum(all: Counts, more: &Counts) -> Counts {
    let Counts { joined, left, cut, messages, received_bytes, written_bytes } = *more;
    Counts {
        joined: all.joined + joined,
        left: all.left + left,
        cut: all.cut + cut,
        messages: all.messages + messages,
        received_bytes: all.received_bytes + received_bytes,
        written_bytes: all.written_bytes + written_bytes,
    }
}

impl Collection {
    /// How many shards did not answer.
    pub(super) fn missing(&self) -> usize {
        self.shards.iter().filter(|shard| shard.is_none()).count()
    }
}

impl Time {
    /// This moment.
    pub(super) fn now() -> Self {
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { instant: Instant::now(), unix }
    }

    /// A later moment. A clock that was set meanwhile changes nothing that was told before.
    pub(super) fn later(self, instant: Instant) -> Self {
        Self { instant, unix: self.unix + instant.saturating_duration_since(self.instant) }
    }

    /// Milliseconds of Unix time `age` before this moment: in tenths of a second, so that the same
    /// moment looks the same from later on.
    pub(super) fn before(self, age: Duration) -> u64 {
        tenths(self.unix.saturating_sub(age))
    }

    /// Milliseconds of Unix time at a moment before this one.
    pub(super) fn at(self, instant: Instant) -> u64 {
        self.before(self.instant.saturating_duration_since(instant))
    }

    /// Milliseconds of Unix time `wait` after this moment.
    pub(super) fn after(self, wait: Duration) -> u64 {
        tenths(self.unix + wait)
    }
}

fn tenths(unix: Duration) -> u64 {
    u64::try_from((unix.as_millis() + 50) / 100 * 100).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shard::PlayedShards;

    const SHARDS: usize = 6;

    fn start() -> (Sources, PlayedShards) {
        let (shards, played) = PlayedShards::start(SHARDS);
        (Sources { shards, mesh: None, interfaces: InterfaceFilter::default() }, played)
    }

    fn told(messages: u64) -> Survey {
        Survey { counts: Counts { messages, ..Counts::default() }, ..Survey::default() }
    }

    /// Time stands still unless all tasks wait, and then jumps.
    #[tokio::test(start_paused = true)]
    async fn shards_that_hang_are_waited_for_together() {
        let (sources, mut played) = start();
        let mut counted = vec![Counts::default(); SHARDS];
        let collecting = sources.collect(SUMS, Time::now(), &mut counted);
        let in_time = timeout(PATIENCE + GATHERING, collecting);
        let (collection, ()) = tokio::join!(in_time, played.answer(SHARDS - 1, told(7)));
        let collection = collection.unwrap();
        assert_eq!((collection.missing(), collection.counts.messages), (SHARDS - 1, 7));
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_shard_has_counted_stays_while_it_is_late() {
        let (sources, mut played) = start();
        let mut counted = vec![Counts::default(); SHARDS];
        for (answering, late, sum) in [(0..SHARDS, 0, 60), (0..1, SHARDS - 1, 62), (1..SHARDS, 1, 72)] {
            let answers = async {
                for shard in answering.clone() {
                    played.answer(shard, told(if late == 0 { 10 } else { 12 })).await;
                }
            };
            let (collection, ()) = tokio::join!(sources.collect(SUMS, Time::now(), &mut counted), answers);
            assert_eq!((collection.missing(), collection.counts.messages), (late, sum));
        }
    }
}

//! All streams of this site.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_nats::{Client, Subject};
use bytes::{Buf, Bytes, BytesMut};
use futures_util::FutureExt;
use tokio::io::DuplexStream;
use tokio::task::{Id, JoinSet};

use crate::credit::window;
use crate::frame::Frame;
use crate::pump::Pump;
use crate::recent::Recent;
use crate::secret::{MAC_LEN, MacKey};
use crate::site::SiteName;
use crate::stream::{Ending, Shared, VirtualStream, stream};
use crate::subject::{StreamId, Subjects};

/// Streams at one time. A pair of sites needs two at most, while one takes the place of the other.
const STREAMS_MAX: usize = 4096;

/// Streams that are remembered after their end, so that a broker cannot begin them anew.
const PAST_MAX: usize = 4096;

type Key = (SiteName, StreamId);

/// A stream that another site has begun.
#[derive(Debug)]
pub struct Incoming {
    /// The site that has dialled.
    pub site: SiteName,
    /// The stream.
    pub stream: VirtualStream,
}

/// What has come with a message.
#[derive(Debug)]
pub(crate) enum Arrival {
    /// Nothing that concerns this site.
    Nothing,
    /// Something of a stream with this site.
    Frame(SiteName),
    /// The beginning of a stream.
    Stream(Incoming),
}

pub(crate) struct Streams {
    client: Client,
    subjects: Subjects,
    own: SiteName,
    key: MacKey,
    /// What this site says in its hellos. Who begins a stream proves that it has heard it.
    incarnation: u64,
    open: HashMap<Key, Arc<Shared>>,
    /// The streams of this incarnation, whether they have ended or not.
    past: Recent<Key, ()>,
    pumps: JoinSet<()>,
    keys: HashMap<Id, Key>,
    count: Arc<AtomicUsize>,
    is_closing: bool,
}

impl Streams {
    pub(crate) fn new(client: Client, subjects: Subjects, own: SiteName, key: MacKey) -> Self {
        Self {
            client,
            subjects,
            own,
            key,
            incarnation: 0,
            open: HashMap::new(),
            past: Recent::new(PAST_MAX),
            pumps: JoinSet::new(),
            keys: HashMap::new(),
            count: Arc::default(),
            is_closing: false,
        }
    }

    /// The streams from now on are those of another incarnation. What others have proved for an
    /// earlier one is of no use, so the streams of that need not be remembered.
    pub(crate) fn begin_anew(&mut self, incarnation: u64) {
        self.break_all(None);
        self.past.clear();
        self.incarnation = incarnation;
    }

    /// No more streams begin.
    pub(crate) fn close(&mut self) {
        self.is_closing = true;
    }

    /// Begins a stream to this incarnation of `site`; `None` when there are too many.
    pub(crate) fn dial(&mut self, site: SiteName, incarnation: u64) -> Option<VirtualStream> {
        let id = StreamId::random().ok().filter(|_| self.has_room())?;
        let proof = self.key.sign(&proof_fields(id, &self.own, &site, incarnation));
        let (stream, shared, outbox) = stream(self.window());
        self.begin((site, id), shared, outbox, Some(proof));
        Some(stream)
    }

    /// A message has come.
    ///
    /// One that belongs to no stream is answered only if there was such a stream, or could be: two
    /// proxies with the name of one site get the same messages, and neither may end the streams of
    /// the other.
    pub(crate) fn on_message(&mut self, subject: &str, message: Bytes) -> Arrival {
        let Some(key) = self.subjects.sender(subject) else { return Arrival::Nothing };
        let Some(frame) = Frame::parse(message) else { return Arrival::Nothing };
        if let Some(stream) = self.open.get(&key) {
            self.on_frame(&key, stream, frame);
            return Arrival::Frame(key.0);
        }
        let Frame::Data(data) = frame else { return Arrival::Nothing };
        self.begin_with(key, data).map_or(Arrival::Nothing, Arrival::Stream)
    }

    fn begin_with(&mut self, key: Key, data: Bytes) -> Option<Incoming> {
        if self.past.get(&key).is_some() {
            self.answer_end(&key);
            return None;
        }
        let data = self.proven(&key, data)?;
        if !self.has_room() {
            self.answer_end(&key);
            return None;
        }
        self.accept(key, &data)
    }

    /// Ends all streams, with another site or with all: something of them may be missing.
    pub(crate) fn break_all(&mut self, with: Option<&SiteName>) {
        for ((site, _), stream) in &self.open {
            if with.is_none_or(|with| with == site) {
                stream.end(Ending::Broken);
            }
        }
    }

    /// Ends the streams to a site on which nothing has come back: the first message may be lost.
    pub(crate) fn break_unanswered(&mut self, with: &SiteName) {
        let unanswered = self.open.iter().filter(|((site, _), stream)| site == with && !stream.is_answered());
        unanswered.for_each(|(_, stream)| stream.end(Ending::Broken));
    }

    /// Forgets the streams that have ended. Waits for ever when there is none.
    pub(crate) async fn clear_ended(&mut self) {
        match self.pumps.join_next_with_id().await {
            Some(Ok((task, ()))) => self.forget(task, Ending::Finished),
            Some(Err(panic)) => self.forget(panic.id(), Ending::Broken),
            None => std::future::pending().await,
        }
    }

    fn on_frame(&self, key: &Key, stream: &Shared, frame: Frame) {
        match frame {
            Frame::Data(data) => {
                if stream.arrive(&data).is_err() {
                    stream.end(Ending::Broken);
                    self.answer_end(key);
                }
            }
            Frame::Credit(limit) => stream.raise(limit),
            Frame::End => stream.end(Ending::Finished),
        }
    }

    /// The first bytes of a new stream, if the other side has proved that it has the secret.
    fn proven(&self, (site, id): &Key, mut data: Bytes) -> Option<Bytes> {
        if data.len() <= MAC_LEN {
            return None;
        }
        let proof = data.copy_to_bytes(MAC_LEN);
        self.key.verify(&proof_fields(*id, site, &self.own, self.incarnation), &proof).then_some(data)
    }

    fn accept(&mut self, key: Key, data: &[u8]) -> Option<Incoming> {
        let (stream, shared, outbox) = stream(self.window());
        shared.arrive(data).ok()?;
        let site = key.0.clone();
        self.begin(key, shared, outbox, None);
        Some(Incoming { site, stream })
    }

    fn begin(&mut self, key: Key, stream: Arc<Shared>, outbox: DuplexStream, proof: Option<[u8; MAC_LEN]>) {
        self.past.note(key.clone(), ());
        let (client, subject) = (self.client.clone(), self.subject(&key));
        let count = Arc::clone(&self.count);
        let pump = Pump {
            client,
            subject,
            stream: Arc::clone(&stream),
            outbox,
            proof,
            count,
            buffer: BytesMut::new(),
        };
        self.open(key, stream, pump.run());
    }

    /// There is a stream for as long as `pump` runs.
    fn open(&mut self, key: Key, stream: Arc<Shared>, pump: impl Future<Output = ()> + Send + 'static) {
        self.open.insert(key.clone(), stream);
        self.count.store(self.open.len(), Ordering::Relaxed);
        let task = self.pumps.spawn(pump).id();
        self.keys.insert(task, key);
    }

    fn forget(&mut self, task: Id, ending: Ending) {
        if let Some(stream) = self.keys.remove(&task).and_then(|key| self.open.remove(&key)) {
            stream.end(ending);
        }
        self.count.store(self.open.len(), Ordering::Relaxed);
    }

    /// Says that there is no such stream, unless too much waits to be sent: it need not arrive.
    fn answer_end(&self, key: &Key) {
        let _ = self.client.publish(self.subject(key), Frame::end()).now_or_never();
    }

    fn subject(&self, (site, id): &Key) -> Subject {
        self.subjects.to(site, *id).into()
    }

    /// Whether any stream has not ended.
    pub(crate) fn has_some(&self) -> bool {
        !self.open.is_empty()
    }

    fn has_room(&self) -> bool {
        !self.is_closing && self.open.len() < STREAMS_MAX
    }

    fn window(&self) -> u64 {
        window(self.open.len() + 1)
    }
}

fn proof_fields(id: StreamId, from: &SiteName, to: &SiteName, incarnation: u64) -> [Vec<u8>; 4] {
    let incarnation = incarnation.to_be_bytes();
    [id.to_bytes().into(), from.as_str().into(), to.as_str().into(), incarnation.into()]
}

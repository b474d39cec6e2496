//! All streams of this site.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_nats::{Client, Subject};
use bytes::{Buf, Bytes, BytesMut};
use futures_util::FutureExt;
use tokio::io::DuplexStream;
use tokio::task::JoinSet;

use crate::credit::window;
use crate::frame::Frame;
use crate::pump::Pump;
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

pub(crate) struct Streams {
    client: Client,
    subjects: Subjects,
    own: SiteName,
    key: MacKey,
    open: HashMap<Key, Arc<Shared>>,
    past: VecDeque<StreamId>,
    pumps: JoinSet<Key>,
    count: Arc<AtomicUsize>,
}

impl Streams {
    pub(crate) fn new(client: Client, subjects: Subjects, own: SiteName, key: MacKey) -> Self {
        let (open, past, count) = (HashMap::new(), VecDeque::new(), Arc::default());
        Self { client, subjects, own, key, open, past, pumps: JoinSet::new(), count }
    }

    /// Begins a stream to `site`; `None` when there are too many.
    pub(crate) fn dial(&mut self, site: SiteName) -> Option<VirtualStream> {
        let id = StreamId::random().ok().filter(|_| self.has_room())?;
        let proof = self.key.sign(&proof_fields(id, &self.own, &site));
        let (stream, shared, outbox) = stream(self.window());
        self.begin((site, id), shared, outbox, Some(proof));
        Some(stream)
    }

    /// A message has come. Gives the stream that begins with it.
    pub(crate) fn on_message(&mut self, subject: &str, message: Bytes) -> Option<Incoming> {
        let key = self.subjects.sender(subject)?;
        let frame = Frame::parse(message)?;
        if let Some(stream) = self.open.get(&key) {
            self.on_frame(&key, stream, frame);
            return None;
        }
        let Frame::Data(data) = frame else { return None };
        match self.proven(&key, data).filter(|_| self.has_room()) {
            Some(data) => self.accept(key, &data),
            None => {
                self.answer_end(&key);
                None
            }
        }
    }

    /// Ends all streams, with another site or with all: something of them may be missing.
    pub(crate) fn break_all(&mut self, with: Option<&SiteName>) {
        for ((site, _), stream) in &self.open {
            if with.is_none_or(|with| with == site) {
                stream.end(Ending::Broken);
            }
        }
    }

    /// Forgets the streams that have ended. Waits for ever when there is none.
    pub(crate) async fn clear_ended(&mut self) {
        match self.pumps.join_next().await {
            Some(Ok(key)) => self.forget(&key),
            Some(Err(_)) => {}
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
        if data.len() <= MAC_LEN || self.past.contains(id) {
            return None;
        }
        let proof = data.copy_to_bytes(MAC_LEN);
        self.key.verify(&proof_fields(*id, site, &self.own), &proof).then_some(data)
    }

    fn accept(&mut self, key: Key, data: &[u8]) -> Option<Incoming> {
        let (stream, shared, outbox) = stream(self.window());
        shared.arrive(data).ok()?;
        let site = key.0.clone();
        self.begin(key, shared, outbox, None);
        Some(Incoming { site, stream })
    }

    fn begin(&mut self, key: Key, stream: Arc<Shared>, outbox: DuplexStream, proof: Option<[u8; MAC_LEN]>) {
        self.past.truncate(PAST_MAX - 1);
        self.past.push_front(key.1);
        self.open.insert(key.clone(), Arc::clone(&stream));
        self.count.store(self.open.len(), Ordering::Relaxed);
        let (client, subject) = (self.client.clone(), self.subject(&key));
        let count = Arc::clone(&self.count);
        let pump = Pump { client, subject, stream, outbox, proof, count, buffer: BytesMut::new() };
        self.pumps.spawn(async move {
            pump.run().await;
            key
        });
    }

    fn forget(&mut self, key: &Key) {
        if let Some(stream) = self.open.remove(key) {
            stream.end(Ending::Finished);
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
        self.open.len() < STREAMS_MAX
    }

    fn window(&self) -> u64 {
        window(self.open.len() + 1)
    }
}

fn proof_fields(id: StreamId, from: &SiteName, to: &SiteName) -> [Vec<u8>; 3] {
    [id.to_bytes().into(), from.as_str().into(), to.as_str().into()]
}

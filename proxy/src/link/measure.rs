//! Runs a link without a network, to measure what its frames cost. Everything between the WebSocket
//! of the link and the socket of a client is the code that ships.

use std::net::Ipv4Addr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use futures_util::{StreamExt, sink, stream};
use nws_core::{ChannelKey, Framing};
use nws_matching::{Input, Output, Role, Session, SessionConfig};
use nws_protocol::limits::LINK_WINDOW;
use nws_protocol::link::{LinkFrame, Payload, Record, Slot, write_data_head};
use nws_protocol::structured::Notice;
use nws_protocol::websocket::{Opcode, WholeFrame};
use nws_protocol::{ChannelName, IdSource, Json, PeerId, ProxyId, Scope};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, LocalOptions, LocalRuntime};
use tokio::sync::{Notify, mpsc};
use tokio::task::spawn_local;

use super::intake::Intake;
use super::relay::exchange;
use super::socket::Outgoing;
use super::{Accounts, Context, Tasks};
use crate::config::Config;
use crate::connection_permits::ConnectionPermits;
use crate::discovery::Discovery;
use crate::interfaces::Interfaces;
use crate::mesh::{Candidate, MeshDriver};
use crate::refusals::Refusals;
use crate::shard::{Admission, Arrival, Pace, ShardHandles, Shards};
use crate::stream::Stream;
use crate::tls::Identity;
use crate::trouble::Troubles;
use crate::workers::Workers;
use crate::{InterfaceFilter, network};

/// Messages that may be under way in each direction.
const MESSAGES: usize = 1024;

/// The session id that binds the proofs of both sides to this link.
const SESSION: [u8; 32] = [7; 32];

/// The member of the other proxy.
const MEMBER: IdSource<'_> = IdSource::Nonce([1; 16]);

/// What a client is told first: that the member is present, and that it knows all members.
const FIRST_WORDS: [&[u8]; 2] = [b"\"connect\"", b"\"welcome\""];

/// A mask that changes nothing (RFC 6455, section 5.3).
const NO_MASK: [u8; 4] = [0; 4];

/// A proxy with one client, and a link to another proxy, which has a member in the same channel.
pub struct LinkScene {
    runtime: LocalRuntime,
    partner: Partner,
    client: TcpStream,
    buffer: Vec<u8>,
    _shards: Shards,
}

/// The other proxy, as the link shows it.
struct Partner {
    session: Session,
    to_proxy: mpsc::Sender<WholeFrame>,
    from_proxy: mpsc::Receiver<Outgoing>,
    slot: Option<Slot>,
    /// Bytes of data that came and for which no credit was given yet.
    uncredited: u32,
}

impl LinkScene {
    /// Makes a scene in which a channel is matched.
    ///
    /// # Panics
    ///
    /// When the system gives no sockets.
    #[must_use]
    #[expect(clippy::expect_used, reason = "it is a part of a measurement")]
    pub fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build_local(LocalOptions::default());
        let runtime = runtime.expect("a runtime");
        let (partner, client, shards) = runtime.block_on(begin());
        Self { runtime, partner, client, buffer: vec![0; 1 << 20], _shards: shards }
    }

    /// Gives a function that sends so many broadcasts of `bytes` over the link, each in its own
    /// frame, to the client.
    #[must_use]
    pub fn hearing(mut self, count: usize, bytes: usize) -> Box<dyn FnMut()> {
        let data = format!("\"{}\"", "x".repeat(bytes - 2));
        let frame = self.partner.data(&[Record::Broadcast { member: 1, payload: Payload::Json(&data) }]);
        let all = count * notice_len(&data);
        Box::new(move || self.hear(count, &frame, all))
    }

    /// Gives a function that sends so many broadcasts of `bytes` from the client, all of which
    /// leave over the link.
    #[must_use]
    pub fn saying(mut self, count: usize, bytes: usize) -> Box<dyn FnMut()> {
        let text = format!(r#"{{"action":"broadcast","data":"{}"}}"#, "x".repeat(bytes - 2));
        let frames = client_frame(text.as_bytes()).repeat(count);
        Box::new(move || self.say(&frames, count * bytes))
    }

    fn hear(&mut self, count: usize, frame: &[u8], mut missing: usize) {
        let Self { runtime, partner, client, buffer, .. } = self;
        runtime.block_on(async {
            for _ in 0..count {
                partner.send(frame.to_vec()).await;
            }
            while missing > 0 {
                let read = client.read(buffer).await.unwrap_or_default();
                assert!((1..=missing).contains(&read), "{read} bytes came where {missing} were missing");
                missing -= read;
            }
            partner.take_credit();
        });
    }

    /// Sends `frames` of the client. Returns when at least `missing` bytes have left over the link.
    fn say(&mut self, frames: &[u8], mut missing: usize) {
        let Self { runtime, partner, client, .. } = self;
        runtime.block_on(async {
            let _ = client.write_all(frames).await;
            while missing > 0 {
                missing = missing.saturating_sub(partner.hear().await);
            }
        });
    }
}

impl Default for LinkScene {
    fn default() -> Self {
        Self::new()
    }
}

impl Partner {
    /// A frame with these records.
    fn data(&self, records: &[Record<'_>]) -> Vec<u8> {
        let mut frame = Vec::new();
        write_data_head(&mut frame, self.slot.unwrap_or_default());
        records.iter().for_each(|record| record.write(&mut frame));
        frame
    }

    async fn send(&self, frame: Vec<u8>) {
        let _ = self.to_proxy.send(WholeFrame { opcode: Opcode::Binary, payload: frame }).await;
    }

    /// Waits for a frame. Gives how many bytes of the stream it has.
    async fn hear(&mut self) -> usize {
        let Some(Outgoing { head, body, .. }) = self.from_proxy.recv().await else { return 0 };
        let Ok(frame) = LinkFrame::parse(&head) else { return 0 };
        let LinkFrame::Data { .. } = frame else {
            if !matches!(frame, LinkFrame::Credit { .. }) {
                let _ = self.session.handle(Input::Frame(&head));
            }
            return 0;
        };
        self.uncredited += body.len() as u32;
        if self.uncredited as usize >= LINK_WINDOW / 4
            && let Some(slot) = self.slot
        {
            let credit = LinkFrame::Credit { slot, bytes: std::mem::take(&mut self.uncredited) };
            self.send(credit.to_bytes()).await;
        }
        body.len()
    }

    /// Drops the frames that have come. They hold no data.
    fn take_credit(&mut self) {
        while self.from_proxy.try_recv().is_ok() {}
    }

    /// Applies the outputs of the matching, until a channel is matched.
    async fn match_channel(&mut self) {
        while self.slot.is_none() {
            while let Some(output) = self.session.poll_output() {
                match output {
                    Output::Send(frame) => self.send(frame).await,
                    Output::Ready => drop(self.session.handle(Input::Offer(channel()))),
                    Output::Waiting(count) => drop(self.session.handle(Input::Grant(count))),
                    Output::Work(work) => drop(self.session.handle(Input::Done(work.run()))),
                    Output::Matched { own, .. } => self.slot = Some(own),
                    Output::Left { .. } | Output::Searched { .. } | Output::Exhausting => {}
                }
            }
            if self.slot.is_none() {
                self.hear().await;
            }
        }
        self.send(self.data(&[Record::Join { member: 1, id: MEMBER }, Record::RosterEnd])).await;
    }
}

#[expect(clippy::expect_used, reason = "it is a part of a measurement")]
async fn begin() -> (Partner, TcpStream, Shards) {
    let config = Config { shards: Some(1), ..Config::default() };
    let refusals = Refusals::default();
    let identity = Identity::generate().expect("a key");
    let (news, mut from_shards) = network::news();
    let shards = Shards::start_paced(&config, identity.id(), Some(&news), &refusals, Pace::without_clock);
    let shards = shards.expect("a shard");
    let tasks = Tasks::default();
    let own = identity.id().clone();
    let context = Rc::new(Context {
        identity,
        port: 0,
        shards: shards.handles(),
        interfaces: Interfaces::watch(InterfaceFilter::default()).expect("interfaces"),
        tailnet: None,
        allow_remote: false,
        refusals,
        accounts: Accounts::new(),
        greedy: Troubles::new(),
        refusing: Troubles::new(),
        arithmetic: Workers::new(),
        sites: None,
        tasks: tasks.starter(),
    });
    let mesh = MeshDriver::new(own.clone(), Box::new(|_, _, _| None), Arc::new(Notify::new()), None)
        .expect("a mesh");
    let driven = Rc::clone(&mesh);
    let mut discovery = Discovery::new();
    spawn_local(async move { driven.drive(&mut from_shards, &mut mpsc::channel(1).1, &mut discovery).await });
    let mut client = join(&shards.handles()).await;
    let mut partner = connect(context, &mesh, own);
    partner.match_channel().await;
    read_first_words(&mut client).await;
    (partner, client, shards)
}

fn connect(context: Rc<Context>, mesh: &Rc<MeshDriver>, own: ProxyId) -> Partner {
    let peer = partner();
    let address = (Ipv4Addr::LOCALHOST, 1).into();
    let link = mesh.connected(Candidate { proxy: peer.clone(), address, is_on_link: true, dial: None });
    let (to_proxy, mut incoming) = mpsc::channel(MESSAGES);
    let (outgoing, from_proxy) = mpsc::channel(MESSAGES);
    let incoming = stream::poll_fn(move |cx| incoming.poll_recv(cx)).map(Ok);
    let outgoing = sink::unfold(outgoing, |outgoing: mpsc::Sender<Outgoing>, message| async move {
        let _ = outgoing.send(message).await;
        Ok(outgoing)
    });
    let config = SessionConfig::new(Role::Responder, SESSION, own.clone(), peer.clone());
    let wires: (Pin<Box<_>>, _) = (Box::pin(outgoing), incoming);
    spawn_local(async move { exchange(context, link, config, Intake::default(), wires).await });
    let session = Session::new(SessionConfig::new(Role::Initiator, SESSION, peer, own), [1; 32]);
    Partner { session, to_proxy, from_proxy, slot: None, uncredited: 0 }
}

/// A client of this proxy joins.
#[expect(clippy::expect_used, reason = "it is a part of a measurement")]
async fn join(shards: &ShardHandles) -> TcpStream {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    let (client, (socket, _)) = (client.expect("a connection"), accepted.expect("a connection"));
    let key = ChannelKey { scope: Scope::Network, name: channel() };
    let permit = ConnectionPermits::new(None, 1, true).acquire().expect("a permit");
    let admission =
        Admission::Join { channel: key.clone(), framing: Framing::Structured, knows_streams: false };
    let arrival = Arrival::new(Stream::Tcp(socket), Vec::new(), permit, admission);
    shards.of(&key).0.arrive(arrival).await.expect("a shard");
    client
}

/// Reads until the client knows the member of the other proxy and has been welcomed.
async fn read_first_words(client: &mut TcpStream) {
    let mut heard = Vec::new();
    let has = |heard: &[u8], word: &[u8]| heard.windows(word.len()).any(|words| words == word);
    while !(heard.ends_with(b"}") && FIRST_WORDS.iter().all(|word| has(&heard, word))) {
        let read = client.read_buf(&mut heard).await.unwrap_or_default();
        assert!(read > 0, "the client was closed");
    }
}

/// Length of the frame in which the client gets a broadcast of the other proxy's member.
fn notice_len(data: &str) -> usize {
    let mut frame = Vec::new();
    if let (Ok(source), Some(data)) = (PeerId::elsewhere(MEMBER, &partner()), Json::new(data)) {
        Notice::Broadcast { source: &source, data }.write_frame(&mut frame);
    }
    frame.len()
}

fn partner() -> ProxyId {
    ProxyId::from_digest(&[1; 32])
}

fn channel() -> ChannelName {
    #[expect(clippy::expect_used, reason = "it is a part of a measurement")]
    ChannelName::new("measured").expect("a name")
}

/// A text frame of a client.
fn client_frame(text: &[u8]) -> Vec<u8> {
    let length = match text.len() {
        0..126 => vec![0x80 | text.len() as u8],
        126..65_536 => [&[0x80 | 126], (text.len() as u16).to_be_bytes().as_slice()].concat(),
        _ => [&[0x80 | 127], (text.len() as u64).to_be_bytes().as_slice()].concat(),
    };
    [&[0x81], length.as_slice(), &NO_MASK, text].concat()
}

//! Reads from one client.

use std::io;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use nws_core::{Channels, ConnId, Encoded, Framing, Input, LongMessage};
use nws_protocol::limits;
use nws_protocol::websocket::{Decoder, Event};
use tokio::io::ReadBuf;

use super::handle::{Admission, Arrival};
use super::registration::Registration;
use super::state::Orders;
use crate::connection_permits::ConnectionPermit;
use crate::stream::ReadHalf;

/// Bytes that a decoder may hold without being counted: about as many as a connection costs anyway.
const HELD_FREE: usize = 4 * 1024;

/// A connection that is served. It ends when its future is ready or dropped.
pub(super) struct ClientSession {
    registration: Registration,
    socket: ReadHalf,
    decoder: Decoder,
    /// Bytes that the decoder held when that was last reported.
    held: usize,
    /// A long message of the client. Until it is encoded, nothing else is processed.
    encoding: Option<Encoding>,
    /// What the client has said and is processed in another turn. Nothing is read before that.
    rest: Vec<u8>,
    /// The client has closed or broken the rules: what it says is discarded.
    ignores_input: bool,
    /// This side of the connection is shut down.
    ended: bool,
    _permit: ConnectionPermit,
}

/// A long message that is being encoded on another thread.
struct Encoding {
    result: LocalBoxFuture<'static, Option<Encoded>>,
    /// Bytes that it takes.
    size: usize,
}

/// The extent to which the input of a client was processed.
enum Heard {
    /// To the end.
    All,
    /// As much as fits into a turn.
    Turn,
    /// Up to the end of a long message of so many bytes.
    Long(LongMessage, usize),
    /// As much as is to be processed at all.
    Enough,
}

impl ClientSession {
    /// Joins the channel, or refuses to.
    ///
    /// # Errors
    ///
    /// When the socket could not be registered with the runtime.
    pub(super) fn start(registration: Registration, arrival: Arrival) -> io::Result<Self> {
        let Arrival { socket, mut early, permit, admission } = arrival;
        let socket = socket.register()?;
        socket.hold_nothing_back()?;
        let (socket, writer) = socket.into_split();
        registration.attach(writer);
        let conn = registration.conn();
        let message_max = registration.shard().message_max;
        let shard = registration.shard();
        let frame_max = match admission {
            Admission::Join { channel, framing, knows_streams } => {
                shard.input(Input::Join { conn, channel, framing, knows_streams });
                frame_max(framing, message_max)
            }
            Admission::Refuse { code, reason } => {
                shard.input(Input::Refuse { conn, code, reason });
                0
            }
        };
        let decoder = Decoder::new(frame_max).judging(limits::MESSAGE_INLINE_MAX);
        let mut session = Self {
            registration,
            socket,
            decoder,
            held: 0,
            encoding: None,
            rest: Vec::new(),
            ignores_input: false,
            ended: false,
            _permit: permit,
        };
        session.hear(&mut early);
        Ok(session)
    }

    /// Serves until the connection has ended.
    pub(super) async fn serve(mut self) {
        std::future::poll_fn(|cx| self.poll(cx)).await;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let orders = self.registration.shard().orders(self.registration.conn(), cx);
        if orders.reset {
            // To close with unread data or a lingering queue would look like an orderly end.
            let _ = self.socket.socket().set_linger(Some(std::time::Duration::ZERO));
            return Poll::Ready(());
        }
        if orders.blocked {
            self.poll_write(cx);
        }
        if orders.finish && !self.ignores_input {
            self.stop_listening();
        }
        self.end_if_drained(orders);
        ready!(self.poll_encoding(cx));
        if orders.hold && !orders.finish {
            return Poll::Pending;
        }
        if !self.rest.is_empty() {
            let mut rest = std::mem::take(&mut self.rest);
            self.hear(&mut rest);
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.poll_read(cx)
    }

    fn poll_write(&self, cx: &mut Context<'_>) {
        while self.socket.poll_write_ready(cx).is_ready() {
            self.registration.shard().unblock(self.registration.conn());
            if !self.registration.shard().orders(self.registration.conn(), cx).blocked {
                return;
            }
        }
    }

    fn end_if_drained(&mut self, orders: Orders) {
        if orders.finish && !self.ended && self.registration.shard().is_drained(self.registration.conn()) {
            self.ended = true;
            // An error means that the connection has ended already.
            let _ = self.socket.socket().shutdown(std::net::Shutdown::Write);
        }
    }

    /// Is ready when no long message is being encoded.
    fn poll_encoding(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(encoding) = &mut self.encoding {
            let encoded = ready!(encoding.result.poll_unpin(cx));
            self.encoding = None;
            if let Some(message) = encoded {
                self.registration.shard().input(Input::Encoded { conn: self.registration.conn(), message });
            }
            self.tell_held();
        }
        Poll::Ready(())
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let shard = Rc::clone(self.registration.shard());
        let mut buffer = shard.buffer.borrow_mut();
        let (mut total, max) = (0, shard.read_max(self.registration.conn()));
        while total < max && self.encoding.is_none() && self.rest.is_empty() {
            let mut read = ReadBuf::new(&mut buffer[..max]);
            let result = ready!(self.socket.poll_read(cx, &mut read));
            let bytes = read.filled_mut();
            if result.is_err() {
                return Poll::Ready(());
            }
            if bytes.is_empty() {
                // The client may have ended its side only, and wait for the reply to its last
                // request.
                shard.unblock(self.registration.conn());
                return Poll::Ready(());
            }
            total += bytes.len();
            self.hear(bytes);
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn hear(&mut self, mut bytes: &mut [u8]) {
        if self.ignores_input || bytes.is_empty() {
            return;
        }
        let Self { registration, decoder, .. } = self;
        let (shard, conn) = (Rc::clone(registration.shard()), registration.conn());
        let mut heard = Heard::All;
        shard.enter(|core, now| heard = decode(core, conn, decoder, &mut bytes, now));
        match heard {
            Heard::All => {}
            Heard::Turn => self.rest = bytes.to_vec(),
            Heard::Long(message, size) => {
                self.encoding = Some(Encoding { result: shard.encode(message), size });
                self.rest = bytes.to_vec();
            }
            Heard::Enough => self.stop_listening(),
        }
        self.tell_held();
    }

    /// Reports how many bytes the decoder holds of unfinished messages, if that has changed.
    fn tell_held(&mut self) {
        let encoding = self.encoding.as_ref().map_or(0, |encoding| encoding.size);
        let bytes = Some(self.decoder.buffered() + encoding + self.rest.len())
            .filter(|&bytes| bytes > HELD_FREE)
            .unwrap_or(0);
        if std::mem::replace(&mut self.held, bytes) != bytes {
            self.registration.shard().input(Input::Unfinished { conn: self.registration.conn(), bytes });
        }
    }

    fn stop_listening(&mut self) {
        self.ignores_input = true;
        self.decoder = Decoder::new(0);
        self.encoding = None;
        self.rest = Vec::new();
    }
}

/// The longest frame that can have a payload of `message_max` bytes.
fn frame_max(framing: Framing, message_max: usize) -> usize {
    match framing {
        Framing::Raw => message_max,
        Framing::Structured => limits::frame_max(message_max),
    }
}

/// Passes on the frames that are complete, up to a long message or to the end of the turn: what one
/// client says may become many frames.
fn decode(
    core: &mut Channels,
    conn: ConnId,
    decoder: &mut Decoder,
    bytes: &mut &mut [u8],
    now: std::time::Instant,
) -> Heard {
    let end = core.frames() + limits::FRAMES_PER_PASS as u64;
    loop {
        let input = match decoder.next(bytes) {
            Ok(None) => return Heard::All,
            Ok(Some(Event::Long { is_text, payload })) => {
                let size = payload.capacity();
                if let Some(message) = core.long_message(conn, is_text, payload, now) {
                    return Heard::Long(message, size);
                }
                None
            }
            Ok(Some(Event::Text(text))) => Some(Input::Text { conn, text }),
            Ok(Some(Event::Binary(bytes))) => Some(Input::Binary { conn, bytes }),
            Ok(Some(Event::Ping(payload))) => Some(Input::Ping { conn, payload }),
            Ok(Some(Event::Pong)) => Some(Input::Pong { conn }),
            Ok(Some(Event::Close(code))) => {
                core.handle(Input::PeerClosed { conn, code }, now);
                return Heard::Enough;
            }
            Err(violation) => {
                core.handle(Input::Violation { conn, violation }, now);
                return Heard::Enough;
            }
        };
        if let Some(input) = input {
            core.handle(input, now);
        }
        if core.frames() >= end && !bytes.is_empty() {
            return Heard::Turn;
        }
    }
}

#[cfg(test)]
mod tests {
    use nws_core::{ChannelKey, Config};
    use nws_protocol::{ChannelName, ProxyId, Scope};
    use slotmap::SlotMap;

    use super::*;

    const PEERS: usize = 1000;

    /// A text frame with a mask that changes nothing.
    fn frame(text: &str) -> Vec<u8> {
        let length = 0x80 | u8::try_from(text.len()).expect("a short text");
        [&[0x81, length, 0, 0, 0, 0], text.as_bytes()].concat()
    }

    /// Broadcasts to all are gathered. If something else comes between them, each is delivered at
    /// once.
    #[test]
    fn what_a_client_says_is_heard_in_turns_where_it_becomes_many_frames() {
        let mut core = Channels::new(Config::default(), ProxyId::from_digest(&[9; 32]), [7; 32]);
        let (mut conns, now) = (SlotMap::<ConnId, ()>::with_key(), std::time::Instant::now());
        let name = ChannelName::new("room").expect("a name");
        let channel = ChannelKey { scope: Scope::Local, name };
        let all: Vec<ConnId> = (0..PEERS).map(|_| conns.insert(())).collect();
        for &conn in &all {
            let join = Input::Join {
                conn,
                channel: channel.clone(),
                framing: Framing::Structured,
                knows_streams: false,
            };
            core.handle(join, now);
        }
        let both = [frame(r#"{"action":"broadcast","data":1}"#), frame(r#"{"action":"status"}"#)].concat();
        let mut bytes = both.repeat(50);
        let (mut decoder, mut rest, mut turns) = (Decoder::new(100), bytes.as_mut_slice(), Vec::new());
        while !rest.is_empty() {
            let before = core.frames();
            let heard = decode(&mut core, all[0], &mut decoder, &mut rest, now);
            assert!(matches!(heard, Heard::Turn) != rest.is_empty());
            turns.push(core.frames() - before);
        }
        let most = (limits::FRAMES_PER_PASS + PEERS) as u64;
        assert!(turns.iter().all(|&frames| frames <= most), "{turns:?}");
        assert_eq!(
            turns.iter().sum::<u64>(),
            50 * PEERS as u64,
            "each status and each broadcast for all others"
        );
    }
}

//! One connection's reading side.

use std::io;
use std::task::{Context, Poll, ready};

use nws_core::{Channels, ConnId, Framing, Input};
use nws_protocol::limits;
use nws_protocol::websocket::{Decoder, Event};
use tokio::io::ReadBuf;

use super::handle::{Arrival, Welcome};
use super::seat::Seat;
use super::state::Orders;
use crate::places::Place;
use crate::stream::ReadHalf;

/// What a decoder may hold without being counted, in bytes: about what a connection costs anyway.
const HELD_FREE: usize = 4 * 1024;

/// A connection that is served. It ends when its future is ready or dropped.
pub(super) struct Session {
    seat: Seat,
    socket: ReadHalf,
    decoder: Decoder,
    /// Bytes that the decoder was last said to hold.
    held: usize,
    /// The client has closed or broken the rules: what it says is discarded.
    deaf: bool,
    /// Our side of the connection is shut down.
    ended: bool,
    _place: Place,
}

impl Session {
    /// Joins the channel, or refuses to.
    ///
    /// # Errors
    ///
    /// The socket could not be registered with the runtime.
    pub(super) fn start(seat: Seat, arrival: Arrival) -> io::Result<Self> {
        let Arrival { socket, mut early, place, welcome } = arrival;
        let socket = socket.register()?;
        socket.hold_nothing_back()?;
        let (socket, writer) = socket.into_split();
        seat.attach(writer);
        let conn = seat.conn();
        let message_max = seat.shard().message_max;
        let (input, frame_max) = match welcome {
            Welcome::Join { channel, framing } => {
                (Input::Join { conn, channel, framing }, frame_max(framing, message_max))
            }
            Welcome::Refuse { code, reason } => (Input::Refuse { conn, code, reason }, 0),
        };
        seat.shard().input(input);
        let decoder = Decoder::new(frame_max);
        let mut session = Self { seat, socket, decoder, held: 0, deaf: false, ended: false, _place: place };
        session.hear(&mut early);
        Ok(session)
    }

    /// Serves until the connection has ended.
    pub(super) async fn serve(mut self) {
        std::future::poll_fn(|cx| self.poll(cx)).await;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let orders = self.seat.shard().orders(self.seat.conn(), cx);
        if orders.reset {
            // Closing with unread data or a lingering queue would look like an orderly end.
            let _ = self.socket.socket().set_linger(Some(std::time::Duration::ZERO));
            return Poll::Ready(());
        }
        if orders.blocked {
            self.poll_write(cx);
        }
        if orders.finish && !self.deaf {
            self.stop_listening();
        }
        self.end_if_drained(orders);
        if orders.hold && !orders.finish {
            return Poll::Pending;
        }
        self.poll_read(cx)
    }

    fn poll_write(&self, cx: &mut Context<'_>) {
        while self.socket.poll_write_ready(cx).is_ready() {
            self.seat.shard().unblock(self.seat.conn());
            if !self.seat.shard().orders(self.seat.conn(), cx).blocked {
                return;
            }
        }
    }

    fn end_if_drained(&mut self, orders: Orders) {
        if orders.finish && !self.ended && self.seat.shard().is_drained(self.seat.conn()) {
            self.ended = true;
            // An error means that the connection has ended already.
            let _ = self.socket.socket().shutdown(std::net::Shutdown::Write);
        }
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let shard = std::rc::Rc::clone(self.seat.shard());
        let mut buffer = shard.buffer.borrow_mut();
        let (mut total, max) = (0, shard.read_max(self.seat.conn()));
        while total < max {
            let mut read = ReadBuf::new(&mut buffer[..max]);
            let result = ready!(self.socket.poll_read(cx, &mut read));
            let bytes = read.filled_mut();
            if result.is_err() {
                return Poll::Ready(());
            }
            if bytes.is_empty() {
                // The client may have ended its side only, and wait for the answer to what it said last.
                shard.unblock(self.seat.conn());
                return Poll::Ready(());
            }
            total += bytes.len();
            self.hear(bytes);
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn hear(&mut self, bytes: &mut [u8]) {
        if self.deaf || bytes.is_empty() {
            return;
        }
        let Self { seat, decoder, deaf, held, .. } = self;
        let conn = seat.conn();
        seat.shard().enter(|core, now| {
            *deaf = !decode(core, conn, decoder, bytes, now);
            let holds = Some(decoder.buffered()).filter(|&bytes| bytes > HELD_FREE).unwrap_or(0);
            if std::mem::replace(held, holds) != holds {
                core.handle(Input::Unfinished { conn, bytes: holds }, now);
            }
        });
        if self.deaf {
            self.stop_listening();
        }
    }

    fn stop_listening(&mut self) {
        self.deaf = true;
        self.decoder = Decoder::new(0);
    }
}

/// The longest frame that can have a payload of `message_max` bytes.
fn frame_max(framing: Framing, message_max: usize) -> usize {
    match framing {
        Framing::Raw => message_max,
        Framing::Structured => limits::frame_max(message_max),
    }
}

/// Hands over everything that is complete; the answer is whether the client is still to be heard.
fn decode(
    core: &mut Channels,
    conn: ConnId,
    decoder: &mut Decoder,
    mut bytes: &mut [u8],
    now: std::time::Instant,
) -> bool {
    loop {
        let input = match decoder.next(&mut bytes) {
            Ok(None) => return true,
            Ok(Some(Event::Text(text))) => Input::Text { conn, text },
            Ok(Some(Event::Binary(bytes))) => Input::Binary { conn, bytes },
            Ok(Some(Event::Ping(payload))) => Input::Ping { conn, payload },
            Ok(Some(Event::Pong)) => Input::Pong { conn },
            Ok(Some(Event::Close(code))) => {
                core.handle(Input::PeerClosed { conn, code }, now);
                return false;
            }
            Err(violation) => {
                core.handle(Input::Violation { conn, violation }, now);
                return false;
            }
        };
        core.handle(input, now);
    }
}

//! Carries frames between the connection and the state of the channel.
//!
//! It reads only while events have room, and gives others their turn after each batch of frames.

use std::collections::VecDeque;
use std::task::{Context, Poll};

use bytes::Bytes;
use nws_client_core::session::Input;
use nws_protocol::CloseCode;
use nws_protocol::limits::CLOSE_TIME;

use super::take;
use crate::outbox::Frame;
use crate::platform::{self, Socket, Task};
use crate::shared::Shared;
use crate::state::{About, End, State};

/// Frames that are read before others have their turn.
const BATCH: usize = 64;

/// Bytes of a frame after which others have their turn too.
const LONG: usize = 64 * 1024;

/// The code with which the proxy ends a client that reads too slowly.
const SLOW: u16 = CloseCode::TryAgainLater.number();

/// What a connection has carried.
pub(crate) enum Carried {
    Text(platform::Text),
    Binary(Bytes),
    /// The proxy has closed it.
    End(End),
    Broken,
}

impl Carried {
    /// Whether others have their turn after it.
    fn is_long(&self) -> bool {
        match self {
            Self::Text(text) => text.len() > LONG,
            Self::Binary(bytes) => bytes.len() > LONG,
            Self::End(_) | Self::Broken => false,
        }
    }
}

/// What reading has led to.
pub(super) enum Reading {
    /// Nothing more has come.
    Done,
    /// There may be more, but others have their turn.
    Batch,
    /// The connection has ended.
    End(End),
}

/// The connection, if there is one, and what it has not taken yet.
#[derive(Default)]
pub(super) struct Line {
    pub(super) socket: Option<Socket>,
    outgoing: VecDeque<Frame>,
    has_unflushed: bool,
    /// Nothing was read, as too many answers wait.
    is_behind: bool,
    /// Until the proxy has to have answered our close.
    closing: Option<Task<()>>,
}

impl Line {
    /// Gives whether the proxy has not answered our close in time.
    pub(super) fn poll_closing(&mut self, cx: &mut Context<'_>) -> bool {
        take(&mut self.closing, cx).is_some()
    }

    /// Reads a batch. What comes is dealt with at once: the buffer of the connection could not be used
    /// again otherwise.
    pub(super) fn poll_read(&mut self, shared: &Shared, cx: &mut Context<'_>) -> Reading {
        let Some(socket) = &mut self.socket else { return Reading::Done };
        let mut state = shared.lock();
        for _ in 0..BATCH {
            self.is_behind = platform::CAN_PAUSE && !state.outbox.may_answer();
            if self.is_behind {
                return Reading::Done;
            }
            if !state.inbox.has_room() {
                return if platform::CAN_PAUSE { Reading::Done } else { Reading::End(too_slow()) };
            }
            let Poll::Ready(carried) = socket.poll_next(cx) else { return Reading::Done };
            let is_long = carried.is_long();
            if let Some(end) = receive(&mut state, carried) {
                return Reading::End(end);
            }
            if is_long {
                break;
            }
        }
        Reading::Batch
    }

    /// Gives whether answers kept it from reading, and do so no more.
    pub(super) fn has_caught_up(&mut self, shared: &Shared) -> bool {
        self.is_behind && shared.lock().outbox.may_answer()
    }

    /// Gives the connection what it takes.
    pub(super) fn poll_write(&mut self, shared: &Shared, cx: &mut Context<'_>) {
        let Some(socket) = &mut self.socket else { return };
        loop {
            while !self.outgoing.is_empty() {
                if !matches!(socket.poll_ready(cx), Poll::Ready(true)) {
                    return;
                }
                let Some(frame) = self.outgoing.pop_front() else { break };
                if matches!(frame, Frame::Close(..)) {
                    self.closing = Some(platform::sleep(CLOSE_TIME.as_secs_f64() * 1000.0));
                    // So that it is waited for.
                    cx.waker().wake_by_ref();
                }
                self.has_unflushed = true;
                socket.send(frame);
            }
            if !take_frames(&mut shared.lock(), &mut self.outgoing) {
                break;
            }
        }
        if self.has_unflushed && socket.poll_flush(cx).is_ready() {
            self.has_unflushed = false;
        }
    }
}

fn too_slow() -> End {
    End { code: SLOW, reason: "events were not taken".to_owned() }
}

/// Tells what has come. Gives how the connection has ended, if it has.
fn receive(state: &mut State, carried: Carried) -> Option<End> {
    match carried {
        Carried::Text(text) => state.receive_text(&text),
        Carried::Binary(bytes) => state.receive_binary(&bytes),
        Carried::End(end) => return Some(end),
        Carried::Broken => {
            state.tell(Input::Broken, &mut About::default());
            return Some(End::default());
        }
    }
    None
}

/// Takes what is to be sent, and lets streams send more.
fn take_frames(state: &mut State, list: &mut VecDeque<Frame>) -> bool {
    if state.outbox.is_empty() {
        return false;
    }
    state.outbox.take_into(list);
    state.pump_streams();
    true
}

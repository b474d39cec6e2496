//! The task that has the connection of a channel.
//!
//! It does what the [`State`](crate::state::State) says, tells it what happens, and carries frames.
//! It reads only while events have room, and gives others their turn after each batch of frames.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use nws_client_core::ReadyState;
use nws_client_core::session::Input;
use nws_protocol::CloseCode;
use nws_protocol::limits::CLOSE_TIME;

use crate::endpoint::Endpoint;
use crate::outbox::Frame;
use crate::platform::{self, Socket, Task};
use crate::shared::Shared;
use crate::state::{About, Command, End, State};

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

pub(crate) struct Driver {
    shared: Arc<Shared>,
    endpoint: Endpoint,
    url: String,
    connecting: Option<Task<Result<Socket, ()>>>,
    socket: Option<Socket>,
    has_unflushed: bool,
    wait: Option<Task<()>>,
    facts: Option<Task<(u32, Option<String>)>>,
    /// Until the proxy has to have answered our close.
    closing: Option<Task<()>>,
    /// When something about a stream is due.
    due: Option<(f64, Task<()>)>,
    outgoing: VecDeque<Frame>,
    commands: Vec<Command>,
}

impl Driver {
    pub(crate) fn new(shared: Arc<Shared>, endpoint: Endpoint, url: String) -> Self {
        Self {
            shared,
            endpoint,
            url,
            connecting: None,
            socket: None,
            has_unflushed: false,
            wait: None,
            facts: None,
            closing: None,
            due: None,
            outgoing: VecDeque::new(),
            commands: Vec::new(),
        }
    }

    /// Does what is to be done. Gives whether the channel has ended.
    fn obey(&mut self, cx: &Context<'_>) -> bool {
        let mut commands = std::mem::take(&mut self.commands);
        self.shared.lock().take_commands(&mut commands, cx.waker());
        for command in commands.drain(..) {
            self.do_command(command);
        }
        self.commands = commands;
        let state = self.shared.lock();
        let deadline = state.next_deadline();
        if self.due.as_ref().map(|(due, _)| *due) != deadline {
            self.due = deadline.map(|due| (due, platform::sleep(due - platform::now())));
        }
        state.inbox.is_over()
    }

    fn do_command(&mut self, command: Command) {
        match command {
            Command::Locate => self.tell(Input::Located),
            Command::Dial => {
                self.forget();
                self.facts = None;
                self.shared.lock().connection = ReadyState::Connecting;
                self.connecting = Some(platform::connect(&self.endpoint, &self.url));
            }
            Command::Abandon => self.forget(),
            Command::Wait(milliseconds) => self.wait = Some(platform::sleep(milliseconds)),
            Command::CancelWait => self.wait = None,
            Command::GatherFacts => self.facts = Some(platform::gather(&self.endpoint)),
            Command::Leave(end) => self.shared.lock().leave(end),
        }
    }

    fn tell(&self, input: Input) {
        self.shared.lock().tell(input, &mut About::default());
    }

    fn forget(&mut self) {
        (self.connecting, self.socket, self.closing) = (None, None, None);
        self.outgoing.clear();
        self.has_unflushed = false;
    }

    fn lose(&mut self, end: End) {
        self.forget();
        self.shared.lock().lose(end);
    }

    /// Tells what has become of whatever is waited for. Gives whether there was any.
    fn poll_tasks(&mut self, cx: &mut Context<'_>) -> bool {
        let mut is_told = self.poll_connecting(cx);
        // A reader that cannot slow the proxy down comes back when it has taken what waits.
        let is_welcome = platform::CAN_PAUSE || self.shared.lock().inbox.has_room();
        if is_welcome && take(&mut self.wait, cx).is_some() {
            let mut state = self.shared.lock();
            let lasted = state.lasted();
            state.tell(Input::Awake { lasted }, &mut About::default());
            is_told = true;
        }
        if let Some((facts, stranger)) = take(&mut self.facts, cx) {
            self.shared.lock().learn(facts, stranger);
            is_told = true;
        }
        if take(&mut self.closing, cx).is_some() {
            self.lose(End::default());
            is_told = true;
        }
        if self.due.as_mut().is_some_and(|(_, due)| due.as_mut().poll(cx).is_ready()) {
            self.due = None;
            self.shared.lock().expire_streams();
            is_told = true;
        }
        is_told
    }

    fn poll_connecting(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(result) = take(&mut self.connecting, cx) else { return false };
        match result {
            Ok(socket) => {
                self.socket = Some(socket);
                let mut state = self.shared.lock();
                state.connection = ReadyState::Open;
                state.tell(Input::Connected, &mut About::default());
            }
            Err(()) => {
                self.tell(Input::Broken);
                self.lose(End::default());
            }
        }
        true
    }

    /// Reads a batch. What comes is dealt with at once: the buffer of the connection could not be used
    /// again otherwise.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Reading {
        let Some(socket) = &mut self.socket else { return Reading::Nothing };
        let mut state = self.shared.lock();
        let mut reading = Reading::Nothing;
        for _ in 0..BATCH {
            if !state.inbox.has_room() {
                if platform::CAN_PAUSE {
                    return reading;
                }
                drop(state);
                self.lose(End { code: SLOW, reason: "events were not taken".to_owned() });
                return Reading::Batch;
            }
            let Poll::Ready(carried) = socket.poll_next(cx) else { return reading };
            reading = Reading::Some;
            let is_long = carried.is_long();
            if let Some(end) = receive(&mut state, carried) {
                drop(state);
                self.lose(end);
                return Reading::Batch;
            }
            if is_long {
                break;
            }
        }
        Reading::Batch
    }

    /// Gives the connection what it takes.
    fn poll_write(&mut self, cx: &mut Context<'_>) {
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
            if !take_frames(&mut self.shared.lock(), &mut self.outgoing) {
                break;
            }
        }
        if self.has_unflushed && socket.poll_flush(cx).is_ready() {
            self.has_unflushed = false;
        }
    }
}

/// What reading has led to.
#[derive(PartialEq)]
enum Reading {
    Nothing,
    Some,
    /// There may be more, but others have their turn.
    Batch,
}

impl Future for Driver {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        loop {
            if this.obey(cx) {
                return Poll::Ready(());
            }
            let is_told = this.poll_tasks(cx);
            let reading = this.poll_read(cx);
            this.poll_write(cx);
            if reading == Reading::Batch {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if !is_told && !this.shared.lock().has_commands() {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.shared.lock().abandon();
    }
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

/// The result of a task that is done.
fn take<T>(task: &mut Option<Task<T>>, cx: &mut Context<'_>) -> Option<T> {
    let Poll::Ready(result) = task.as_mut()?.as_mut().poll(cx) else { return None };
    *task = None;
    Some(result)
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

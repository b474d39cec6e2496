//! A channel without its connection: inputs in, events, frames and commands out.
//!
//! What is decided, [`Session`] and [`Streams`](nws_client_core::Streams) decide. Here their steps
//! become events for the program and work for the task of the connection.

mod failures;
mod frames;
mod sending;
mod steps;
mod streams;

use std::collections::VecDeque;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker};

use nws_client_core::session::{Input, ROOT};
use nws_client_core::{ABNORMAL, Policy, ReadyState, Session};

use crate::endpoint::Endpoint;
use crate::inbox::{Inbox, Item, Queue};
use crate::outbox::{Frame, Outbox};
use crate::roster::Roster;
use crate::shared::Shared;
use crate::wakers::Wakers;
use crate::{Error, Peer, platform};

pub(crate) use failures::facts_of;
pub(crate) use steps::{About, Command, End};
pub(crate) use streams::StreamTable;

pub(crate) struct State {
    session: Session,
    own: Weak<Shared>,
    endpoint: Endpoint,
    pub(crate) inbox: Inbox,
    pub(crate) outbox: Outbox,
    pub(crate) roster: Roster,
    pub(crate) streams: StreamTable,
    commands: VecDeque<Command>,
    driver: Option<Waker>,
    id: Option<Arc<str>>,
    message_max: Option<usize>,
    /// What was sent in a gap, and the bytes of that.
    kept: Vec<(Frame, usize)>,
    kept_bytes: usize,
    pub(crate) connection: ReadyState,
    /// When the proxy told the own id.
    admitted: f64,
    /// What answers where the proxy should be.
    stranger: Option<String>,
    error: Option<Error>,
    /// This program has closed the channel.
    is_leaving: bool,
    opening: Option<Result<(), Error>>,
    openers: Wakers,
}

impl State {
    pub(crate) fn new(policy: Option<Policy>, endpoint: Endpoint, own: Weak<Shared>) -> Self {
        let mut state = Self {
            session: Session::new(policy),
            own,
            endpoint,
            inbox: Inbox::default(),
            outbox: Outbox::default(),
            roster: Roster::default(),
            streams: StreamTable::default(),
            commands: VecDeque::new(),
            driver: None,
            id: None,
            message_max: None,
            kept: Vec::new(),
            kept_bytes: 0,
            connection: ReadyState::Closed,
            admitted: platform::now(),
            stranger: None,
            error: None,
            is_leaving: false,
            opening: None,
            openers: Wakers::default(),
        };
        state.take_steps(&mut About::default());
        state
    }

    /// Tells the session what has happened, and does what follows.
    pub(crate) fn tell(&mut self, input: Input, about: &mut About<'_>) {
        self.session.handle(input);
        self.take_steps(about);
    }

    /// The connection has ended.
    pub(crate) fn lose(&mut self, end: End) {
        self.connection = ReadyState::Closed;
        let input = Input::Disconnected { code: end.code, lasted: self.lasted() };
        self.tell(input, &mut About { end, ..About::default() });
        self.outbox.clear();
    }

    /// The time since the proxy told the own id, in milliseconds.
    pub(crate) fn lasted(&self) -> f64 {
        platform::now() - self.admitted
    }

    /// This program leaves the channel.
    pub(crate) fn close(&mut self, code: u16, reason: &str) {
        let end = End { code, reason: reason.to_owned() };
        self.is_leaving = true;
        self.tell(Input::Close(ROOT), &mut About { end, ..About::default() });
        self.wake_driver();
    }

    /// The task of the connection is gone, with its runtime.
    pub(crate) fn abandon(&mut self) {
        if !self.inbox.is_over() {
            self.connection = ReadyState::Closed;
            self.close(ABNORMAL, "");
            self.leave(End::default());
        }
    }

    pub(crate) fn poll_opened(&mut self, cx: &Context<'_>) -> Poll<Result<(), Error>> {
        match &self.opening {
            Some(result) => Poll::Ready(result.clone()),
            None => {
                self.openers.register(cx);
                Poll::Pending
            }
        }
    }

    pub(crate) fn id(&self) -> Option<Arc<str>> {
        self.id.clone()
    }

    pub(crate) const fn message_max(&self) -> Option<usize> {
        self.message_max
    }

    /// Takes what the driver is to do, and remembers whom to wake when there is more.
    pub(crate) fn take_commands(&mut self, list: &mut Vec<Command>, waker: &Waker) {
        list.extend(self.commands.drain(..));
        if !self.driver.as_ref().is_some_and(|known| known.will_wake(waker)) {
            self.driver = Some(waker.clone());
        }
    }

    pub(crate) fn has_commands(&self) -> bool {
        !self.commands.is_empty()
    }

    pub(crate) fn wake_driver(&self) {
        if let Some(driver) = &self.driver {
            driver.wake_by_ref();
        }
    }

    /// Events that somebody has taken and does not want.
    pub(crate) fn give_back(&mut self, queue: &mut Queue) {
        self.inbox.give_back(queue);
        if self.inbox.is_ignored() {
            self.ignore_events();
        }
    }

    fn new_peer(&self, id: &str, serial: u32) -> Peer {
        Peer::new(id, serial, self.own.clone())
    }

    fn happen(&mut self, item: Item) {
        if let Some(dial) = self.inbox.push(item) {
            self.refuse(dial.handle, None, "");
        }
    }
}

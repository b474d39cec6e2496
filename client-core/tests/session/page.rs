//! A page with its browser: does the steps, and keeps what it has seen.

use std::collections::{BTreeMap, BTreeSet};

use nws_client_core::session::{Input, ROOT, Step};
use nws_client_core::{Failure, Policy, ReadyState, Session};

/// An event that the page sees. Peers have the serials of their sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Open,
    Sync,
    Broadcast,
    Direct,
    Complaint,
    Connect(u32),
    PeerOpen(u32),
    PeerClose(u32),
    Disconnect(u32),
    Error(Failure, bool),
    Reconnecting(u32),
    Close,
}

/// What the handler of an event does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    CloseChannel,
    /// Closes the peer's socket with this index, if there are so many.
    ClosePeer(usize),
}

/// The browser's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connection {
    None,
    /// It was asked for, or is open, and its events are heard.
    Heard,
    /// The page has closed it; its end will be told.
    Closing,
}

#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) session: Session,
    pub(crate) events: Vec<Event>,
    pub(crate) peers: BTreeSet<u32>,
    pub(crate) connection: Connection,
    /// The wait, in milliseconds.
    pub(crate) wait: Option<f64>,
    pub(crate) is_locating: bool,
    pub(crate) is_gathering: bool,
    /// The sockets whose page has closed them in this task.
    pub(crate) leaving: Vec<u32>,
    pub(crate) has_asked: bool,
    /// What the handler of the event with this index does.
    pub(crate) handlers: BTreeMap<usize, Act>,
    closing: u32,
}

impl Page {
    pub(crate) fn new(policy: Option<Policy>) -> Self {
        let mut page = Self {
            session: Session::new(policy),
            events: Vec::new(),
            peers: BTreeSet::new(),
            connection: Connection::None,
            wait: None,
            is_locating: false,
            is_gathering: false,
            leaving: Vec::new(),
            has_asked: false,
            handlers: BTreeMap::new(),
            closing: ROOT,
        };
        page.run();
        page
    }

    /// Tells the session something, and does what follows.
    pub(crate) fn tell(&mut self, input: Input) {
        if let Input::Close(serial) = input {
            self.closing = serial;
        }
        self.session.handle(input);
        self.run();
    }

    pub(crate) fn state(&self) -> ReadyState {
        self.session.ready_state(ROOT, self.browser_state())
    }

    /// What the browser's own socket says of itself.
    pub(crate) fn browser_state(&self) -> ReadyState {
        match self.connection {
            Connection::None => ReadyState::Closed,
            Connection::Heard => ReadyState::Open,
            Connection::Closing => ReadyState::Closing,
        }
    }

    pub(crate) fn has_closed(&self) -> bool {
        self.events.contains(&Event::Close)
    }

    fn run(&mut self) {
        while let Some(step) = self.session.next_step() {
            let is_last = self.session.end_if_done();
            self.perform(step);
            if is_last {
                return;
            }
        }
    }

    fn perform(&mut self, step: Step) {
        match step {
            Step::Locate => self.is_locating = true,
            Step::Dial => self.connection = Connection::Heard,
            Step::AskStatus => self.has_asked = true,
            Step::Wait(milliseconds) => self.wait = Some(f64::from(milliseconds)),
            Step::CancelWait => self.wait = None,
            Step::CloseConnection => self.connection = Connection::Closing,
            Step::Abandon | Step::Unlisten => self.connection = Connection::None,
            Step::RetainUnsent { .. } | Step::ClearId => {}
            Step::GatherFacts => self.is_gathering = true,
            Step::Open => self.fire(Event::Open),
            Step::Sync => self.fire(Event::Sync),
            Step::Broadcast => self.fire(Event::Broadcast),
            Step::Direct => self.fire(Event::Direct),
            Step::Complain => self.fire(Event::Complaint),
            Step::Arrive(serial) => {
                assert!(self.peers.insert(serial), "serial {serial} is used twice");
                self.fire(Event::Connect(serial));
            }
            Step::Greet(serial) => self.fire(Event::PeerOpen(serial)),
            Step::Depart(serial) => {
                assert!(self.peers.remove(&serial), "peer {serial} has no socket");
                self.fire(Event::PeerClose(serial));
                self.fire(Event::Disconnect(serial));
            }
            Step::Fail { failure, is_fatal } => self.fire(Event::Error(failure, is_fatal)),
            Step::Pause { attempt } => {
                self.wait = Some(self.session.delay(0.5));
                self.fire(Event::Reconnecting(attempt));
            }
            Step::LeaveSoon => self.leaving.push(self.closing),
            Step::Closed { .. } => self.fire(Event::Close),
        }
    }

    fn fire(&mut self, event: Event) {
        let index = self.events.len();
        self.events.push(event);
        match self.handlers.remove(&index) {
            Some(Act::CloseChannel) => self.tell(Input::Close(ROOT)),
            Some(Act::ClosePeer(nth)) => {
                if let Some(serial) = self.peers.iter().nth(nth).copied() {
                    self.tell(Input::Close(serial));
                }
            }
            None => {}
        }
    }
}

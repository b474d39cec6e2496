//! A client of a simulated proxy.

use std::collections::{BTreeSet, VecDeque};

use super::downlink::Downlink;
use super::{Event, Word};
use nws_core::ConnId;

/// A client. The name is valid as long as its proxy exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub(super) usize);

pub(super) struct Client {
    /// `None` when the connection has ended.
    pub(super) conn: Option<ConnId>,
    pub(super) downlink: Downlink,
    /// The messages that it has sent and that the proxy has not read.
    pub(super) said: VecDeque<Word>,
    /// The next frame has to be the status with its own id.
    pub(super) is_new: bool,
    /// The largest payload that it may send, as the proxy has told it.
    pub(super) message_max: Option<usize>,
    /// The peers that are present, as far as the proxy has told it.
    pub(super) here: BTreeSet<String>,
    /// The number of peers, and whether that was settled, as its welcome said.
    pub(super) welcome: Option<(usize, bool)>,
    /// Its other events that no test has taken.
    pub(super) events: Vec<Event>,
    pub(super) answers_pings: bool,
    /// The proxy has stopped reading from it.
    pub(super) held: bool,
    /// Its connection ends when all that waits is written.
    pub(super) finishing: bool,
}

impl Client {
    pub(super) fn new(conn: ConnId) -> Self {
        Self {
            conn: Some(conn),
            downlink: Downlink::new(),
            said: VecDeque::new(),
            is_new: false,
            message_max: None,
            here: BTreeSet::new(),
            welcome: None,
            events: Vec::new(),
            answers_pings: true,
            held: false,
            finishing: false,
        }
    }

    /// Reads what has come, and answers pings.
    ///
    /// # Panics
    ///
    /// When the first frame is not the status with its own id, when it is welcomed twice, or when
    /// its welcome has another count of peers than it was told of.
    pub(super) fn look(&mut self) {
        for event in self.downlink.events() {
            if std::mem::take(&mut self.is_new) {
                if let Event::Status { message_max, .. } = event {
                    self.message_max = message_max;
                } else {
                    assert!(matches!(event, Event::Close(_)), "{event} before the status with the own id");
                    self.events.push(event);
                }
                continue;
            }
            match &event {
                Event::Connect { peer, .. } => drop(self.here.insert(peer.clone())),
                Event::Disconnect { peer, .. } => drop(self.here.remove(peer)),
                Event::Welcome { peers, is_settled } => {
                    assert_eq!(*peers, self.here.len());
                    assert_eq!(self.welcome.replace((*peers, *is_settled)), None);
                    continue;
                }
                Event::Broadcast { .. }
                | Event::Message { .. }
                | Event::Status { .. }
                | Event::Error { .. }
                | Event::Text(_)
                | Event::Binary(_)
                | Event::Ping
                | Event::Pong(_)
                | Event::Close(_)
                | Event::End
                | Event::Reset => {}
            }
            if event == Event::Ping && self.answers_pings {
                self.said.push_back(Word::Pong);
            }
            self.events.push(event);
        }
    }

    pub(super) fn end(&mut self, event: Option<Event>) {
        self.conn = None;
        self.held = false;
        self.said.clear();
        self.events.extend(event);
    }
}

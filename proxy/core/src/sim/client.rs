//! A client of a simulated proxy.

use std::collections::VecDeque;

use super::downlink::Downlink;
use super::{Event, Word};
use crate::ConnId;

/// A client, for as long as its proxy exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub(super) usize);

pub(super) struct Client {
    /// `None` when it is over.
    pub(super) conn: Option<ConnId>,
    pub(super) downlink: Downlink,
    /// What it has said and the proxy has not read.
    pub(super) said: VecDeque<Word>,
    /// The next frame is to tell who it is.
    pub(super) is_new: bool,
    /// The largest payload that it may send, as it was told.
    pub(super) message_max: Option<usize>,
    /// What it has seen besides that and nobody has asked for.
    pub(super) events: Vec<Event>,
    pub(super) answers_pings: bool,
    /// The proxy does not read from it.
    pub(super) held: bool,
    /// It is over when all that waits is written.
    pub(super) finishing: bool,
    /// Something was queued for it in this pass.
    pub(super) dirty: bool,
}

impl Client {
    pub(super) fn new(conn: ConnId) -> Self {
        Self {
            conn: Some(conn),
            downlink: Downlink::new(),
            said: VecDeque::new(),
            is_new: false,
            message_max: None,
            events: Vec::new(),
            answers_pings: true,
            held: false,
            finishing: false,
            dirty: false,
        }
    }

    /// Sees what has come, and answers pings.
    pub(super) fn look(&mut self) {
        for event in self.downlink.events() {
            if std::mem::take(&mut self.is_new) {
                match event {
                    Event::Status { message_max, .. } => self.message_max = message_max,
                    refused => {
                        assert!(
                            matches!(refused, Event::Close(_)),
                            "{refused} before it is known who one is"
                        );
                        self.events.push(refused);
                    }
                }
                continue;
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

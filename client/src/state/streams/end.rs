//! One end of a stream.

use std::collections::VecDeque;

use bytes::BytesMut;

use super::queue::Queue;
use crate::wakers::Wakers;
use crate::{Data, Error, Peer};

pub(crate) struct StreamEnd {
    pub(super) peer: Peer,
    /// The subprotocols that the dialling side offers.
    pub(super) offered: Vec<String>,
    /// The one that was chosen.
    pub(super) protocol: String,
    pub(super) queue: Queue,
    /// What has come and was not taken, and what each costs.
    pub(super) arrived: VecDeque<(Data, u32)>,
    /// The message whose end has not come.
    unfinished: Option<Unfinished>,
    /// What this program has closed it with.
    pub(super) closing: Option<(u16, String)>,
    pub(super) has_said_close: bool,
    pub(super) deadline: Option<f64>,
    /// Why it has ended.
    pub(super) over: Option<Error>,
    /// The program has it.
    pub(super) is_owned: bool,
    pub(super) readers: Wakers,
    pub(super) writers: Wakers,
}

enum Unfinished {
    Text(String),
    Binary(BytesMut),
}

impl StreamEnd {
    pub(super) fn new(peer: Peer, offered: Vec<String>, deadline: f64, is_owned: bool) -> Self {
        Self {
            peer,
            offered,
            protocol: String::new(),
            queue: Queue::default(),
            arrived: VecDeque::new(),
            unfinished: None,
            closing: None,
            has_said_close: false,
            deadline: Some(deadline),
            over: None,
            is_owned,
            readers: Wakers::default(),
            writers: Wakers::default(),
        }
    }

    /// Keeps a part of a message. The core has looked at its kind.
    pub(super) fn keep(&mut self, part: Data) {
        let whole = self.joined(part);
        self.unfinished = Some(match whole {
            Data::Text(text) | Data::Json(text) => Unfinished::Text(text),
            // Nobody else has the bytes, so they are not copied.
            Data::Binary(bytes) => Unfinished::Binary(bytes.into()),
        });
    }

    /// The whole message, whose last part this is.
    pub(super) fn joined(&mut self, last: Data) -> Data {
        match (self.unfinished.take(), last) {
            (Some(Unfinished::Text(mut text)), Data::Text(last) | Data::Json(last)) => {
                text.push_str(&last);
                Data::Text(text)
            }
            (Some(Unfinished::Binary(mut bytes)), Data::Binary(last)) => {
                bytes.extend_from_slice(&last);
                Data::Binary(bytes.freeze())
            }
            (_, last) => last,
        }
    }

    pub(super) fn push(&mut self, data: Data, due: u32) {
        self.arrived.push_back((data, due));
        self.readers.wake();
    }

    /// Nothing more is sent, and nothing more comes.
    pub(super) fn finish(&mut self, error: Error) {
        self.over = Some(error);
        self.queue = Queue::default();
        self.unfinished = None;
        self.deadline = None;
        self.wake();
    }

    pub(super) fn wake(&mut self) {
        self.readers.wake();
        self.writers.wake();
    }
}

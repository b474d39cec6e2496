//! A peer as the model knows it.

use std::collections::BTreeMap;

use nws_core::Framing;
use nws_sim::{ClientId, Event};

/// One client, from the reservation of its id.
pub(crate) struct Peer {
    pub(crate) client: ClientId,
    pub(crate) id: String,
    pub(crate) channel: usize,
    pub(crate) framing: Framing,
    pub(crate) life: Life,
    pub(crate) said: Vec<Said>,
    /// Whom it was present with at some time, itself included, and how much of what they have said
    /// the proxy had read when that began.
    pub(crate) met: BTreeMap<usize, usize>,
    pub(crate) events: Vec<Event>,
}

/// How far a peer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    Reserved,
    Present,
    /// The channel was full.
    Refused,
    /// It broke off: the proxy has read all of `said`.
    Vanished,
    /// It has closed or was cut, at a time that the model does not know.
    Closed,
}

/// Something that a peer has said.
pub(crate) struct Said {
    /// To whom; `None` is everybody.
    pub(crate) target: Option<String>,
    /// What, different from everything else that anybody says; `None` is no message.
    pub(crate) text: Option<String>,
}

impl Peer {
    pub(crate) fn is_raw(&self) -> bool {
        self.framing == Framing::Raw
    }

    /// What it has said to a peer with the id `id`, with its numbers.
    pub(crate) fn said_to<'a>(&'a self, id: &'a str, own: bool) -> impl Iterator<Item = (usize, &'a str)> {
        self.said.iter().enumerate().filter_map(move |(number, said)| {
            let for_it = match &said.target {
                Some(target) => target == id,
                None => !own,
            };
            said.text.as_deref().filter(|_| for_it).map(|text| (number, text))
        })
    }
}

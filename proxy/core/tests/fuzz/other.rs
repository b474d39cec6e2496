//! Another proxy on one channel: whom it has announced, and what it was told.

use std::collections::{BTreeMap, BTreeSet};

use nws_core::{Framing, RecordReader};
use nws_protocol::limits::LINK_RECORD_MAX;
use nws_protocol::link::{Assembled, Assembler, Record};
use nws_protocol::{IdSource, PeerId, ProxyId};

/// The other end of a group.
pub(crate) struct Other {
    pub(crate) channel: usize,
    pub(crate) proxy: ProxyId,
    /// Those whom it has announced and not taken leave of, by their numbers.
    pub(crate) announced: BTreeMap<u32, String>,
    /// Those of them whom this proxy has no room for.
    pub(crate) not_admitted: BTreeSet<u32>,
    /// The number of the next one whom it announces.
    pub(crate) next: u32,
    /// Those whom it was told of.
    pub(crate) known: BTreeMap<u32, String>,
    /// Whether it was told that those are all.
    pub(crate) has_roster: bool,
    /// Its link was reset, so nothing that it says counts any more.
    pub(crate) is_over: bool,
    pub(crate) is_held: bool,
    last_known: Option<u32>,
    pub(crate) reader: Box<RecordReader>,
    said: Assembler,
    heard: Assembler,
}

impl Other {
    pub(crate) fn new(channel: usize, proxy: ProxyId) -> Self {
        Self {
            channel,
            proxy,
            announced: BTreeMap::new(),
            not_admitted: BTreeSet::new(),
            next: 0,
            known: BTreeMap::new(),
            has_roster: false,
            is_over: false,
            is_held: false,
            last_known: None,
            reader: Box::default(),
            said: Assembler::new(LINK_RECORD_MAX),
            heard: Assembler::new(LINK_RECORD_MAX),
        }
    }

    /// The record that announces its next member.
    pub(crate) fn join(&mut self, id: IdSource<'_>) -> Vec<u8> {
        let member = self.next;
        self.next += 1;
        Record::Join { member, id }.to_bytes()
    }

    /// Takes note of what it says.
    pub(crate) fn say(&mut self, mut bytes: &[u8]) {
        while let Ok(Some(Assembled::Record(record))) = self.said.next(&mut bytes) {
            if let Record::Join { member, id } = record
                && let Ok(id) = PeerId::elsewhere(id, &self.proxy)
            {
                self.announced.insert(member, id.as_str().to_owned());
                self.next = self.next.max(member.saturating_add(1));
            } else if let Record::Leave { member } = record {
                self.announced.remove(&member);
                self.not_admitted.remove(&member);
            }
        }
    }

    /// Takes note of what it is told.
    pub(crate) fn receive(&mut self, mut bytes: &[u8]) {
        while let Some(Assembled::Record(record)) = self.heard.next(&mut bytes).expect("a proxy says records")
        {
            if let Record::Join { member, id } = record {
                assert!(self.last_known < Some(member), "numbers grow");
                self.last_known = Some(member);
                let id = match id {
                    IdSource::Nonce(nonce) => PeerId::generated(&own(), &nonce).as_str().to_owned(),
                    IdSource::Choice(id) => id.to_owned(),
                };
                self.known.insert(member, id);
            } else if let Record::Leave { member } = record {
                assert!(self.known.remove(&member).is_some(), "somebody left who was not here");
            } else if let Record::Slow { member }
            | Record::Broadcast { member, .. }
            | Record::Message { member, .. }
            | Record::Stream { member, .. }
            | Record::Streams { member } = record
            {
                assert!(self.known.contains_key(&member), "it hears of somebody who is not here");
            } else if let Record::NotAdmitted { member } = record {
                // It may have left meanwhile.
                if self.announced.contains_key(&member) {
                    assert!(self.not_admitted.insert(member), "it was admitted");
                }
            } else if let Record::Admitted { member } = record {
                assert!(
                    self.not_admitted.remove(&member) || !self.announced.contains_key(&member),
                    "it was not admitted before"
                );
            } else if record == Record::RosterEnd {
                assert!(!std::mem::replace(&mut self.has_roster, true), "the roster is told once");
            }
        }
    }
}

/// The proxy that all this is about.
pub(crate) fn own() -> ProxyId {
    ProxyId::from_digest(&[9; 32])
}

/// A framing for one byte.
pub(crate) fn framing(is_raw: bool) -> Framing {
    if is_raw { Framing::Raw } else { Framing::Structured }
}

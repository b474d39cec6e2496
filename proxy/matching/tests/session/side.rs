//! One session with what its shell would hold, and streams of data as the rest of a proxy would send them.

use std::collections::{BTreeMap, VecDeque};

use nws_matching::{Input, Output, PeerSlot, Refusal, Role, Session, SessionConfig, Work};
use nws_protocol::link::{LinkFrame, Slot};
use nws_protocol::{ChannelName, ProxyId};

pub(crate) struct Side {
    pub(crate) session: Session,
    /// Frames that have not arrived.
    pub(crate) sent: VecDeque<Vec<u8>>,
    /// All frames.
    pub(crate) log: Vec<Vec<u8>>,
    pub(crate) works: Vec<Work>,
    /// Evaluations that the other side waits for.
    pub(crate) waiting: usize,
    pub(crate) matched: BTreeMap<ChannelName, (Slot, Slot)>,
    pub(crate) is_ready: bool,
    pub(crate) is_exhausting: bool,
    /// The channels for which the other side has answered, and whether they were matched then.
    pub(crate) searched: Vec<(String, bool)>,
    /// Its arithmetic is that of simulations.
    pub(crate) pretends: bool,
    /// How much was said on a pair of slots, and how much was heard.
    said: BTreeMap<(Slot, Slot), u16>,
    heard: BTreeMap<(Slot, Slot), u16>,
}

pub(crate) fn name(name: &str) -> ChannelName {
    ChannelName::new(name).unwrap()
}

/// A session of two proxies that are always the same.
pub(crate) fn config(role: Role, slots_max: u16) -> SessionConfig {
    let (initiator, responder) = (ProxyId::from_digest(&[1; 32]), ProxyId::from_digest(&[2; 32]));
    let config = match role {
        Role::Initiator => SessionConfig::new(role, [7; 32], initiator, responder),
        Role::Responder => SessionConfig::new(role, [7; 32], responder, initiator),
    };
    SessionConfig { slots_max, ..config }
}

impl Side {
    pub(crate) fn new(config: SessionConfig, seed: u8) -> Self {
        let mut side = Self {
            session: Session::new(config, [seed; 32]),
            sent: VecDeque::new(),
            log: Vec::new(),
            works: Vec::new(),
            waiting: 0,
            matched: BTreeMap::new(),
            is_ready: false,
            is_exhausting: false,
            searched: Vec::new(),
            pretends: false,
            said: BTreeMap::new(),
            heard: BTreeMap::new(),
        };
        side.drain();
        side
    }

    pub(crate) fn offer<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        for channel in names {
            self.handle(Input::Offer(name(channel))).unwrap();
        }
        self.drain();
    }

    pub(crate) fn linger<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        for channel in names {
            self.handle(Input::Linger(name(channel))).unwrap();
        }
        self.drain();
    }

    pub(crate) fn withdraw(&mut self, channel: &str) {
        self.matched.remove(&name(channel));
        self.handle(Input::Withdraw(name(channel))).unwrap();
        self.drain();
    }

    pub(crate) fn grant(&mut self, count: usize) {
        let count = count.min(self.waiting);
        self.waiting -= count;
        self.handle(Input::Grant(count)).unwrap();
        self.drain();
    }

    /// Carries out one piece of work.
    pub(crate) fn work(&mut self, which: usize) -> Result<(), Refusal> {
        if self.works.is_empty() {
            return Ok(());
        }
        let work = self.works.remove(which % self.works.len());
        assert!((1..=64).contains(&work.weight()));
        let finished = if self.pretends { work.pretend() } else { work.run() };
        self.handle(Input::Done(finished))?;
        self.drain();
        Ok(())
    }

    pub(crate) fn receive(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if let Ok(LinkFrame::Data { slot, bytes }) = LinkFrame::parse(bytes) {
            return self.hear(slot, bytes);
        }
        self.handle(Input::Frame(bytes))?;
        self.drain();
        Ok(())
    }

    /// Sends the next data of a channel, if it is matched.
    pub(crate) fn speak(&mut self, channel: &str) {
        let Some(&(own, peer)) = self.matched.get(&name(channel)) else { return };
        let number = self.said.entry((own, peer)).or_default();
        let bytes = [own.to_be_bytes(), peer.to_be_bytes(), number.to_be_bytes()].concat();
        *number += 1;
        self.send(LinkFrame::Data { slot: own, bytes: &bytes }.to_bytes());
    }

    /// All names that are matched.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.matched.keys().map(ChannelName::as_str).collect()
    }

    fn handle(&mut self, input: Input<'_>) -> Result<(), Refusal> {
        self.session.handle(input)
    }

    fn send(&mut self, bytes: Vec<u8>) {
        self.log.push(bytes.clone());
        self.sent.push_back(bytes);
    }

    pub(crate) fn drain(&mut self) {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Send(bytes) => {
                    assert!(bytes.len() <= 4096);
                    self.send(bytes);
                }
                Output::Ready => assert!(!std::mem::replace(&mut self.is_ready, true)),
                Output::Exhausting => assert!(!std::mem::replace(&mut self.is_exhausting, true)),
                Output::Searched { channel } => {
                    let is_matched = self.matched.contains_key(&channel);
                    self.searched.push((channel.as_str().to_owned(), is_matched));
                }
                Output::Waiting(count) => {
                    self.waiting += count;
                    assert!(self.waiting <= 64);
                }
                Output::Work(work) => self.works.push(work),
                Output::Matched { channel, own, peer } => {
                    assert_eq!(self.matched.insert(channel, (own, peer)), None, "matched twice");
                }
                Output::Left { channel, own, peer } => {
                    assert_eq!(self.matched.remove(&channel), Some((own, peer)), "was not matched");
                }
            }
        }
        for &(own, peer) in self.matched.values() {
            assert_eq!(self.session.peer_slot(peer), PeerSlot::Matched { own });
        }
    }

    /// What comes belongs to this pair of slots, in order from its first byte; what is left of another is dropped.
    fn hear(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), Refusal> {
        let own = match self.session.peer_slot(slot) {
            PeerSlot::Matched { own } => own,
            PeerSlot::Left => return Ok(()),
            PeerSlot::Unmatched => return Err(Refusal::Foreign),
        };
        assert!(
            self.matched.values().any(|slots| *slots == (own, slot)),
            "data of a channel that we have left"
        );
        let number = self.heard.entry((own, slot)).or_default();
        let expected = [slot.to_be_bytes(), own.to_be_bytes(), number.to_be_bytes()].concat();
        *number += 1;
        assert_eq!(bytes, expected, "data of another life of the channel");
        Ok(())
    }
}

//! The proxy, and what the model expects of it.

use std::sync::Arc;
use std::time::Duration;

use nws_core::{ChannelKey, Config, Framing, Shared};
use nws_sim::{Proxy, Speed, Word, local, network};

use crate::peer::{Life, Peer, Said};
use crate::step::{Step, Who};
use crate::verdict::Verdict;

const CHANNEL_PEERS_MAX: usize = 6;

pub(crate) struct World {
    proxy: Proxy,
    shared: Arc<Shared>,
    channels: [ChannelKey; 3],
    peers: Vec<Peer>,
}

impl World {
    /// Limits are low, so that a few messages reach them.
    pub(crate) fn new(seed: u64) -> Self {
        let shared = Arc::new(Shared::new(3, 150_000));
        let config = Config {
            channel_peers_max: CHANNEL_PEERS_MAX,
            sender_window: 20_000,
            recipient_queue_max: 60_000,
            shared: Arc::clone(&shared),
            ..Config::default()
        };
        let channels = [network("a"), local("a"), network("b")];
        Self { proxy: Proxy::new(config, seed), shared, channels, peers: Vec::new() }
    }

    pub(crate) fn take(&mut self, step: Step) {
        match step {
            Step::Join { channel, id, framing } => {
                if let Some(who) = self.reserve(channel, id) {
                    self.admit(who, framing);
                }
            }
            Step::Reserve { channel, id } => drop(self.reserve(channel, Some(id))),
            Step::Admit { who, framing } => self.with(who, |world, who| world.admit(who, framing)),
            Step::Vanish { who } => self.with(who, Self::vanish),
            Step::Close { who } => self.with(who, Self::close),
            Step::Say { who, to, size, binary } => {
                self.with(who, |world, who| world.say(who, to, size, binary));
            }
            Step::Garbage { who } => self.with(who, Self::say_garbage),
            Step::Read { who, speed } => self.with(who, |world, who| world.read(who, speed)),
            Step::Settle => self.proxy.settle(),
            Step::Wait { time } => self.proxy.advance(time),
        }
        self.note_closed();
    }

    /// Everybody reads everything.
    pub(crate) fn catch_up(&mut self) {
        for who in 0..self.peers.len() {
            self.read(who, Speed::Unlimited);
        }
        self.proxy.settle();
        self.note_closed();
        for peer in &mut self.peers {
            peer.events = self.proxy.events(peer.client);
            let present = peer.life == Life::Present;
            assert!(!present || self.proxy.unread(peer.client) == 0, "nobody is held for nothing");
        }
        assert_eq!(self.shared.queued(), 0);
    }

    pub(crate) fn judge(&self) {
        Verdict::new(&self.peers).judge();
    }

    /// When everybody has gone nothing is left.
    pub(crate) fn empty(mut self) {
        for who in 0..self.peers.len() {
            self.proxy.vanish(self.peers[who].client);
        }
        self.proxy.advance(Duration::from_secs(60));
        assert_eq!((self.shared.channels(), self.shared.queued()), (0, 0));
    }

    fn with(&mut self, who: Who, step: impl FnOnce(&mut Self, Who)) {
        if !self.peers.is_empty() {
            step(self, who % self.peers.len());
        }
    }

    fn reserve(&mut self, channel: usize, id: Option<u8>) -> Option<Who> {
        let who = self.peers.len();
        let id = id.map_or(format!("unique-{who}"), |id| format!("chosen-{id}"));
        let taken = self.peers.iter().any(|peer| {
            peer.channel == channel && peer.id == id && matches!(peer.life, Life::Reserved | Life::Present)
        });
        let client = self.proxy.reserve(&self.channels[channel], &id);
        assert_eq!(client.is_none(), taken);
        self.peers.push(Peer {
            client: client?,
            id,
            channel,
            framing: Framing::Raw,
            life: Life::Reserved,
            said: Vec::new(),
            met: [].into(),
            events: Vec::new(),
        });
        Some(who)
    }

    fn admit(&mut self, who: Who, framing: Framing) {
        if self.peers[who].life != Life::Reserved {
            return;
        }
        self.peers[who].framing = framing;
        let present = self.present_in(self.peers[who].channel);
        if present.len() < CHANNEL_PEERS_MAX {
            self.peers[who].life = Life::Present;
            self.meet(who, who);
            for other in present {
                self.meet(who, other);
                self.meet(other, who);
            }
        } else {
            self.peers[who].life = Life::Refused;
        }
        self.proxy.admit(self.peers[who].client, &self.channels[self.peers[who].channel], framing);
    }

    fn meet(&mut self, who: Who, other: Who) {
        let read = self.read_of(other);
        self.peers[who].met.insert(other, read);
    }

    fn present_in(&self, channel: usize) -> Vec<Who> {
        let is_present = |peer: &Peer| peer.life == Life::Present && peer.channel == channel;
        (0..self.peers.len()).filter(|&who| is_present(&self.peers[who])).collect()
    }

    /// How much of what a peer has said the proxy has read.
    fn read_of(&self, who: Who) -> usize {
        self.peers[who].said.len() - self.proxy.unread(self.peers[who].client)
    }

    fn vanish(&mut self, who: Who) {
        if matches!(self.peers[who].life, Life::Reserved | Life::Present) {
            let read = self.read_of(who);
            self.peers[who].said.truncate(read);
            self.peers[who].life = Life::Vanished;
        }
        self.proxy.vanish(self.peers[who].client);
    }

    fn close(&mut self, who: Who) {
        if self.peers[who].life != Life::Reserved {
            self.proxy.enqueue(self.peers[who].client, Word::Close(Some(1000)));
        }
    }

    fn say(&mut self, who: Who, to: Option<Who>, size: usize, binary: bool) {
        let to = to.map(|to| self.peers[to % self.peers.len()].id.clone());
        let peer = &mut self.peers[who];
        if peer.life != Life::Present {
            return;
        }
        let text = format!("{who}.{}.{}", peer.said.len(), "x".repeat(size));
        let target = to.filter(|_| !peer.is_raw());
        let word = match (peer.framing, &target, binary) {
            (Framing::Raw, _, false) => Word::Text(text.clone()),
            (Framing::Raw, _, true) => Word::Binary(text.clone().into_bytes()),
            (Framing::Structured, None, false) => Word::broadcast(&format!("\"{text}\"")),
            (Framing::Structured, None, true) => Word::binary_broadcast(text.as_bytes()),
            (Framing::Structured, Some(to), false) => Word::message(to, &format!("\"{text}\"")),
            (Framing::Structured, Some(to), true) => Word::binary_message(to, text.as_bytes()),
        };
        peer.said.push(Said { target, text: Some(text) });
        self.proxy.enqueue(peer.client, word);
    }

    fn say_garbage(&mut self, who: Who) {
        let peer = &mut self.peers[who];
        if peer.life == Life::Present && !peer.is_raw() {
            peer.said.push(Said { target: None, text: None });
            self.proxy.enqueue(peer.client, Word::Text("garbage".to_owned()));
        }
    }

    fn read(&mut self, who: Who, speed: Speed) {
        self.proxy.set_speed(self.peers[who].client, speed);
    }

    fn note_closed(&mut self) {
        for peer in &mut self.peers {
            let client = peer.client;
            if peer.life == Life::Present
                && (!self.proxy.is_connected(client) || self.proxy.is_closing(client))
            {
                peer.life = Life::Closed;
            }
        }
    }
}

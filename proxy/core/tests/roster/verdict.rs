//! Whether what every peer has seen is what the model says.

use std::collections::{BTreeMap, VecDeque};

use nws_protocol::binary::Kind;
use nws_sim::Event;

use crate::peer::{Life, Peer};

/// Something that a peer has seen of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight<'a> {
    Connect,
    Message(&'a str),
    Disconnect,
}

/// What a peer has seen of all that had one id, one after the other.
type Sights<'a> = VecDeque<Sight<'a>>;

pub(crate) struct Verdict<'a> {
    peers: &'a [Peer],
    /// How much of what each peer has said was certainly heard.
    heard: Vec<usize>,
}

impl<'a> Verdict<'a> {
    pub(crate) fn new(peers: &'a [Peer]) -> Self {
        let mut verdict = Self { peers, heard: peers.iter().map(|peer| peer.said.len()).collect() };
        for (source, peer) in peers.iter().enumerate() {
            if peer.life == Life::Closed {
                verdict.heard[source] = verdict.heard_of_closed(source);
            }
        }
        verdict
    }

    pub(crate) fn judge(&self) {
        for peer in self.peers {
            judge_end(peer);
            judge_errors(peer);
            self.judge_sights(peer);
        }
    }

    /// What one who was there to the end has heard of a broadcast, all have.
    fn heard_of_closed(&self, source: usize) -> usize {
        let witnesses = self.peers.iter().filter(|peer| peer.life == Life::Present);
        let messages = witnesses.flat_map(|peer| self.messages(peer));
        messages
            .map(numbers)
            .filter(|&(who, number)| who == source && self.peers[who].said[number].target.is_none())
            .map(|(_, number)| number + 1)
            .max()
            .unwrap_or(0)
    }

    fn messages(&self, peer: &'a Peer) -> impl Iterator<Item = &'a str> {
        peer.events.iter().filter_map(|event| match self.sight(peer, event) {
            Some((_, Sight::Message(text))) => Some(text),
            Some((_, Sight::Connect | Sight::Disconnect)) | None => None,
        })
    }

    /// Exactly the peers that the model says: each came once, said what it said, and went once.
    fn judge_sights(&self, peer: &'a Peer) {
        let mut sights: BTreeMap<&str, Sights<'a>> = BTreeMap::new();
        for (source, sight) in peer.events.iter().filter_map(|event| self.sight(peer, event)) {
            sights.entry(source).or_default().push_back(sight);
        }
        for (&source, &from) in &peer.met {
            let sights = sights.entry(&self.peers[source].id).or_default();
            self.judge_source(peer, source, from, sights);
        }
        assert!(sights.values().all(VecDeque::is_empty), "{} saw too much: {sights:.300?}", peer.id);
    }

    /// One that is not there to the end may have seen the beginning only.
    fn judge_source(&self, peer: &Peer, source: usize, from: usize, sights: &mut Sights<'_>) {
        let (complete, other) = (peer.life == Life::Present, &self.peers[source]);
        let own = std::ptr::eq(peer, other);
        let announced = !peer.is_raw() && !own;
        if announced && sights.pop_front() != Some(Sight::Connect) {
            assert!(!complete && sights.is_empty(), "{} was not told of {}", peer.id, other.id);
            return;
        }
        let missing = self.hear(peer, source, from, sights);
        let expects_end = announced && other.life != Life::Present;
        let ended = expects_end && sights.front() == Some(&Sight::Disconnect);
        if ended {
            sights.pop_front();
        }
        assert!(missing == 0 || !(complete || ended), "{} missed words of {}", peer.id, other.id);
        assert!(ended || !(complete && expects_end), "{} was not told that {} left", peer.id, other.id);
    }

    /// Takes away what `peer` was told by `source`; the answer is how much should have followed.
    fn hear(&self, peer: &Peer, source: usize, from: usize, sights: &mut Sights<'_>) -> usize {
        let other = &self.peers[source];
        let own = std::ptr::eq(peer, other);
        let mut expected = other.said_to(&peer.id, own).filter(|&(number, _)| number >= from).peekable();
        while let Some(&(_, text)) = expected.peek()
            && sights.front() == Some(&Sight::Message(text))
        {
            expected.next();
            sights.pop_front();
        }
        expected.filter(|&(number, _)| number < self.heard[source]).count()
    }

    /// What `event` tells `peer` of which id.
    fn sight(&self, peer: &'a Peer, event: &'a Event) -> Option<(&'a str, Sight<'a>)> {
        if let Some((kind, source, payload)) = event.binary().filter(|_| !peer.is_raw()) {
            let text = std::str::from_utf8(payload).expect("text was sent");
            assert_eq!(kind == Kind::Broadcast, self.is_broadcast(text));
            return Some((source, Sight::Message(text)));
        }
        match event {
            Event::Connect { you, peer: other } => Some((other, presence(peer, you, Sight::Connect))),
            Event::Disconnect { you, peer: other, .. } => {
                Some((other, presence(peer, you, Sight::Disconnect)))
            }
            Event::Broadcast { source, data } => {
                assert!(self.is_broadcast(string(data)));
                Some((source, Sight::Message(string(data))))
            }
            Event::Message { source, target, data } => {
                assert!(!self.is_broadcast(string(data)) && *target == peer.id);
                Some((source, Sight::Message(string(data))))
            }
            Event::Text(text) => Some(self.bare(peer, text)),
            Event::Binary(bytes) => Some(self.bare(peer, std::str::from_utf8(bytes).expect("text was sent"))),
            Event::Status { .. }
            | Event::Welcome { .. }
            | Event::Error { .. }
            | Event::Ping
            | Event::Pong(_)
            | Event::Close(_)
            | Event::End
            | Event::Reset => None,
        }
    }

    fn bare(&self, peer: &Peer, text: &'a str) -> (&'a str, Sight<'a>) {
        assert!(peer.is_raw());
        (&self.peers[numbers(text).0].id, Sight::Message(text))
    }

    fn is_broadcast(&self, text: &str) -> bool {
        let (who, number) = numbers(text);
        self.peers[who].said[number].target.is_none()
    }
}

/// Nothing follows a close, and those who are there have seen none.
fn judge_end(peer: &Peer) {
    let is_end = |event: &Event| matches!(event, Event::Close(_) | Event::End | Event::Reset);
    let end = peer.events.iter().position(is_end);
    assert!(end.is_none() || matches!(peer.life, Life::Closed | Life::Refused));
    let rest = peer.events.iter().skip(end.map_or(usize::MAX, |end| end + 1));
    rest.for_each(|event| assert!(matches!(event, Event::End | Event::Reset), "{event} after the end"));
}

/// Every garbage was answered.
fn judge_errors(peer: &Peer) {
    let answered = peer.events.iter().filter(|event| event.to_string() == "error bad-frame").count();
    let garbage = peer.said.iter().filter(|said| said.text.is_none()).count();
    assert!(answered == garbage || (answered < garbage && peer.life != Life::Present));
}

fn presence<'a>(peer: &Peer, you: &str, sight: Sight<'a>) -> Sight<'a> {
    assert_eq!(you, peer.id);
    sight
}

/// What stands in a JSON string without escapes.
fn string(data: &str) -> &str {
    data.trim_matches('"')
}

/// Who has said a text, and which number it is.
fn numbers(text: &str) -> (usize, usize) {
    let mut numbers = text.split('.').map_while(|number| number.parse().ok());
    numbers.next().zip(numbers.next()).expect("a text of the model")
}

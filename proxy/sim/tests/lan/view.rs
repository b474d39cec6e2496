//! What a client may see.

use std::collections::{BTreeMap, BTreeSet};

use nws_sim::Event;

/// What a client has seen of others so far. Whatever must never happen is noticed when it does.
#[derive(Default)]
pub(crate) struct View {
    present: BTreeMap<String, Heard>,
    /// The highest numbers that were ever heard, of those that have gone.
    past: BTreeMap<String, Heard>,
}

/// What was heard of one peer: the number of its last broadcast, and of its last message.
#[derive(Clone, Copy, Default)]
struct Heard {
    numbers: [Option<u64>; 2],
    /// Since it came.
    is_fresh: [bool; 2],
}

/// Whose view it is.
pub(crate) struct Viewer<'a> {
    pub(crate) id: &'a str,
    pub(crate) channel: usize,
}

/// A text that says in which channel it was said, and which one of those it is that its speaker has
/// said to everybody, or to this one.
pub(crate) fn text(channel: usize, number: u64, size: usize) -> String {
    format!("\"{channel}.{number}.{}\"", "x".repeat(size))
}

impl View {
    pub(crate) fn present(&self) -> BTreeSet<String> {
        self.present.keys().cloned().collect()
    }

    /// How many broadcasts of a peer were heard, when it was heard from the first on.
    pub(crate) fn broadcasts_of(&self, peer: &str) -> u64 {
        self.present.get(peer).and_then(|heard| heard.numbers[0]).map_or(0, |last| last + 1)
    }

    pub(crate) fn see(&mut self, viewer: &Viewer<'_>, event: &Event) {
        match event {
            Event::Connect { you, peer } => {
                assert_eq!(you, viewer.id);
                let past = self.past.remove(peer).unwrap_or_default();
                let heard = Heard { is_fresh: [true; 2], ..past };
                let before = self.present.insert(peer.clone(), heard);
                assert!(before.is_none(), "{} was told twice of {peer}", viewer.id);
            }
            Event::Disconnect { you, peer, .. } => {
                assert_eq!(you, viewer.id);
                let heard = self.present.remove(peer);
                let heard = heard.unwrap_or_else(|| panic!("{} did not know {peer}, who leaves", viewer.id));
                self.past.insert(peer.clone(), heard);
            }
            Event::Broadcast { source, data } => self.hear(viewer, source, data, 0),
            Event::Message { source, target, data } => {
                assert_eq!(target, viewer.id);
                self.hear(viewer, source, data, 1);
            }
            Event::Status { .. } | Event::Welcome { .. } | Event::Ping => {}
            // Who it was meant for has left meanwhile.
            Event::Error { code, .. } => assert_eq!(code, "unknown-target"),
            Event::Text(_)
            | Event::Binary(_)
            | Event::Pong(_)
            | Event::Close(_)
            | Event::End
            | Event::Reset => {
                panic!("{} has seen {event}", viewer.id)
            }
        }
    }

    fn hear(&mut self, viewer: &Viewer<'_>, source: &str, data: &str, kind: usize) {
        let mut parts = data.trim_matches('"').split('.').map_while(|part| part.parse::<u64>().ok());
        let (channel, number) = parts.next().zip(parts.next()).expect("a text of the model");
        assert_eq!(channel, viewer.channel as u64, "nothing leaks into other channels");
        let heard = self.present.get_mut(source);
        let heard = heard.unwrap_or_else(|| panic!("{} hears {source}, who is not there", viewer.id));
        let last = heard.numbers[kind].replace(number);
        match std::mem::take(&mut heard.is_fresh[kind]) {
            true => assert!(last.is_none_or(|last| number > last), "{number} of {source} came again"),
            false => assert_eq!(Some(number), last.map(|last| last + 1), "something of {source} is missing"),
        }
    }
}

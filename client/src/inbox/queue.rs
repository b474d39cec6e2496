//! Events in the order in which they have happened.

use std::borrow::Cow;
use std::collections::VecDeque;

use bytes::Bytes;

use super::Item;
use crate::{Data, Peer};

/// What has up to so many bytes is copied once more, and has no memory of its own while it waits:
/// allocators are slow where much of one size lives at once, and bytes would hold the buffer of the
/// connection.
const SHORT: usize = 4096;

/// Bytes of short payloads for which there is memory while none waits.
const KEPT: usize = 128 * 1024;

/// Events that wait. The short payloads of all messages lie one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    entries: VecDeque<Entry>,
    texts: String,
    blobs: Vec<u8>,
    /// Where the next short text and the next short bytes begin.
    next: (usize, usize),
    /// The bytes of what peers said.
    bytes: usize,
}

#[derive(Debug)]
enum Entry {
    /// A message of so many bytes among the others.
    Short {
        from: Peer,
        len: usize,
        is_text: bool,
        direct: bool,
    },
    Item(Item),
}

/// A payload as it came.
#[derive(Debug)]
pub(crate) enum Said<'a> {
    Text(Cow<'a, str>),
    Json(&'a str),
    /// Bytes of a frame.
    Binary {
        frame: &'a Bytes,
        payload: &'a [u8],
    },
}

impl From<Said<'_>> for Data {
    fn from(said: Said<'_>) -> Self {
        match said {
            Said::Text(text) => Self::Text(text.into_owned()),
            Said::Json(text) => Self::Json(text.to_owned()),
            Said::Binary { frame, payload } => Self::Binary(frame.slice_ref(payload)),
        }
    }
}

impl Queue {
    pub(crate) fn push(&mut self, item: Item) {
        self.bytes += item.len();
        self.entries.push_back(Entry::Item(item));
    }

    pub(crate) fn push_message(&mut self, from: Peer, said: Said<'_>, direct: bool) {
        match said {
            Said::Text(Cow::Borrowed(text)) if text.len() <= SHORT => {
                self.texts.push_str(text);
                self.push_short(from, text.len(), true, direct);
            }
            Said::Binary { payload, .. } if payload.len() <= SHORT => {
                self.blobs.extend_from_slice(payload);
                self.push_short(from, payload.len(), false, direct);
            }
            Said::Text(_) | Said::Json(_) | Said::Binary { .. } => {
                self.push(Item::Message(from, said.into(), direct));
            }
        }
    }

    fn push_short(&mut self, from: Peer, len: usize, is_text: bool, direct: bool) {
        self.bytes += len;
        self.entries.push_back(Entry::Short { from, len, is_text, direct });
    }

    fn pop_short(&mut self, len: usize, is_text: bool) -> Data {
        let at = if is_text { &mut self.next.0 } else { &mut self.next.1 };
        let range = *at..*at + len;
        *at += len;
        if is_text { Data::from(&self.texts[range]) } else { Data::from(&self.blobs[range]) }
    }

    /// Puts all of a later one behind its own.
    pub(crate) fn append(&mut self, later: &mut Self) {
        self.entries.append(&mut later.entries);
        self.texts.push_str(&later.texts[later.next.0..]);
        self.blobs.extend_from_slice(&later.blobs[later.next.1..]);
        self.bytes += std::mem::take(&mut later.bytes);
        later.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The bytes of what peers said.
    pub(crate) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Forgets the payloads that were taken.
    fn clear(&mut self) {
        self.next = (0, 0);
        self.texts.clear();
        self.texts.shrink_to(KEPT);
        self.blobs.clear();
        self.blobs.shrink_to(KEPT);
    }
}

impl Iterator for Queue {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let item = match self.entries.pop_front()? {
            Entry::Short { from, len, is_text, direct } => {
                Item::Message(from, self.pop_short(len, is_text), direct)
            }
            Entry::Item(item) => item,
        };
        self.bytes -= item.len();
        if self.entries.is_empty() {
            self.clear();
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use super::*;

    fn queue(payloads: &[Data]) -> Queue {
        let peer = Peer::new("alice", 1, Weak::new());
        let mut queue = Queue::default();
        for data in payloads {
            let said = match data {
                Data::Text(text) => Said::Text(Cow::Borrowed(text)),
                Data::Json(text) => Said::Json(text),
                Data::Binary(bytes) => Said::Binary { frame: bytes, payload: bytes },
            };
            queue.push_message(peer.clone(), said, false);
            queue.push(Item::Sync(true));
        }
        queue
    }

    fn payloads(queue: &mut Queue) -> Vec<Data> {
        let data =
            queue.filter_map(|item| if let Item::Message(_, data, _) = item { Some(data) } else { None });
        data.collect()
    }

    #[test]
    fn short_and_long_payloads_keep_their_order() {
        let long = "x".repeat(SHORT + 1);
        let said = [
            Data::from("a"),
            Data::from(""),
            Data::from(&[1, 2][..]),
            Data::from(long.as_str()),
            Data::from("größer"),
            Data::from(long.into_bytes()),
            Data::Json("[1]".to_owned()),
            Data::from(&[3][..]),
        ];
        let mut queue = queue(&said);
        assert_eq!((queue.len(), queue.bytes()), (16, 2 * (SHORT + 1) + 1 + 2 + 8 + 3 + 1));
        assert_eq!(payloads(&mut queue), said);
        assert_eq!((queue.len(), queue.bytes(), queue.texts.len(), queue.blobs.len()), (0, 0, 0, 0));
    }

    #[test]
    fn what_was_taken_in_part_goes_before_all_else() {
        let said = ["one", "two", "three", "four"].map(Data::from);
        let (mut taken, mut later) = (queue(&said[..3]), queue(&said[3..]));
        assert!(matches!(taken.next(), Some(Item::Message(..))));
        taken.append(&mut later);
        assert_eq!((taken.bytes(), later.bytes(), later.len()), (12, 0, 0));
        assert_eq!(payloads(&mut taken), said[1..]);
    }
}

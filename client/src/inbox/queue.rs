//! Events in the order in which they have happened.

use std::borrow::Cow;
use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

use super::Item;
use crate::{Data, Peer};

/// What has up to so many bytes is copied, and has no memory of its own while it waits: allocators are slow
/// where much of one size lives at once, and the buffer of the connection could not be used again.
const SHORT: usize = 4096;

/// Bytes of short texts for which there is memory while none waits.
const KEPT: usize = 128 * 1024;

/// Short messages of bytes share so much memory. Whoever keeps one keeps all of it.
const CHUNK: usize = 8 * 1024;

/// Events that wait. The short texts of all messages lie one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    entries: VecDeque<Entry>,
    texts: String,
    /// Where the next short text begins.
    next: usize,
    /// Where the next short bytes go.
    chunk: BytesMut,
    /// The bytes of what peers said.
    bytes: usize,
}

#[derive(Debug)]
enum Entry {
    /// A text of so many bytes among the others.
    Short {
        from: Peer,
        len: usize,
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
                self.bytes += text.len();
                self.entries.push_back(Entry::Short { from, len: text.len(), direct });
            }
            Said::Binary { payload, .. } if payload.len() <= SHORT => {
                let data = self.copy(payload);
                self.push(Item::Message(from, data, direct));
            }
            Said::Text(_) | Said::Json(_) | Said::Binary { .. } => {
                self.push(Item::Message(from, said.into(), direct));
            }
        }
    }

    fn copy(&mut self, payload: &[u8]) -> Data {
        if self.chunk.capacity() < payload.len() {
            self.chunk.reserve(CHUNK);
        }
        self.chunk.extend_from_slice(payload);
        Data::Binary(self.chunk.split().freeze())
    }

    fn pop_text(&mut self, len: usize) -> Data {
        let begin = self.next;
        self.next += len;
        Data::from(&self.texts[begin..self.next])
    }

    /// Puts all of a later one behind its own.
    pub(crate) fn append(&mut self, later: &mut Self) {
        self.entries.append(&mut later.entries);
        self.texts.push_str(&later.texts[later.next..]);
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

    /// Forgets the texts that were taken.
    fn clear(&mut self) {
        self.next = 0;
        self.texts.clear();
        self.texts.shrink_to(KEPT);
    }
}

impl Iterator for Queue {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let item = match self.entries.pop_front()? {
            Entry::Short { from, len, direct } => Item::Message(from, self.pop_text(len), direct),
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
        assert_eq!((queue.len(), queue.bytes(), queue.texts.len()), (0, 0, 0));
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

    #[test]
    fn short_bytes_share_memory_that_is_used_again_when_they_have_gone() {
        let one = Data::from(&[7; CHUNK / 4][..]);
        let mut queue = queue(&vec![one; 4]);
        let whole = payloads(&mut queue);
        let begin = whole[0].as_bytes().as_ptr();
        assert!(whole.windows(2).all(|it| it[0].as_bytes().as_ptr_range().end == it[1].as_bytes().as_ptr()));
        drop(whole);
        assert_eq!(queue.copy(&[1]).as_bytes().as_ptr(), begin);
    }
}

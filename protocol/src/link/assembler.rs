//! Makes records from the pieces of a stream.

use super::{InvalidRecord, Record, RecordHead};
use crate::Pieces;
use crate::limits::PEER_ID_MAX;

/// The bytes of the body of a long record that are looked at where it is no message. They are
/// enough to tell that it is too long.
const LOOKED_AT: usize = 2 * PEER_ID_MAX;

/// The bytes at the front of a long record that lie together.
const TOGETHER: usize = RecordHead::LEN + LOOKED_AT;

/// A record that an [`Assembler`] has found.
#[derive(Debug, PartialEq, Eq)]
pub enum Assembled<'a> {
    /// A record that is checked.
    Record(Record<'a>),
    /// A record that is longer than the assembler [checks](Assembler::judging).
    Long(LongRecord),
}

/// A record of which only the head is checked, because checking the rest takes long.
#[derive(Debug, PartialEq, Eq)]
pub struct LongRecord(Pieces);

impl LongRecord {
    /// The numbers of the speaker and of the recipient, if there is one; `None` if it is no
    /// message.
    #[must_use]
    pub fn route(&self) -> Option<(u32, Option<u32>)> {
        RecordHead::route(self.0.head(RecordHead::ROUTE_LEN))
    }

    /// The bytes of memory that it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.capacity()
    }

    /// Takes the payload out of a message whose payload is bytes. Gives back any other record.
    ///
    /// # Errors
    ///
    /// The record, if it is another one.
    pub fn into_binary(mut self) -> Result<Pieces, Self> {
        match RecordHead::binary_head_len(self.0.head(RecordHead::ROUTE_LEN + 1)) {
            Some(len) => {
                self.0.skip(len);
                Ok(self.0)
            }
            None => Err(self),
        }
    }

    /// Whether the record is a message whose payload is bytes.
    #[must_use]
    pub fn is_binary(&self) -> bool {
        RecordHead::binary_head_len(self.0.head(RecordHead::ROUTE_LEN + 1)).is_some()
    }

    /// Reads the record as one that is no message. It is longer than any of those, so no more than
    /// the beginning of its body is looked at.
    ///
    /// # Errors
    ///
    /// The reason why it is not a record.
    pub fn as_no_message(&self) -> Result<Record<'_>, InvalidRecord> {
        Record::read(self.0.head(TOGETHER))
    }

    /// All bytes of it, for [`Record::read`]. This takes long.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// Finds the records of one stream. A record that came in one piece is read where it lies.
#[derive(Debug)]
pub struct Assembler {
    /// The largest body, in bytes.
    max: usize,
    /// Records in the assembler's own buffer that are longer are given out as [`Assembled::Long`].
    judged_max: usize,
    /// The beginning of a record whose end has not come.
    partial: Vec<u8>,
    /// The beginning of a record that is longer than `judged_max`.
    long: Pieces,
    /// The record that was given out last is in `partial`.
    given: bool,
}

impl Assembler {
    /// An assembler for a stream whose records have bodies of at most `max` bytes.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self { max, judged_max: usize::MAX, partial: Vec::new(), long: Pieces::default(), given: false }
    }

    /// The same assembler, but records of more than `judged_max` bytes are given out unchecked. A
    /// record that lies whole in the input is checked all the same.
    #[must_use]
    pub fn judging(mut self, judged_max: usize) -> Self {
        // So the part that is looked at in every record lies together.
        self.judged_max = judged_max.max(TOGETHER);
        self
    }

    /// The next record whose last byte is in `bytes`, from which it is taken; `None` when they are
    /// used up.
    ///
    /// # Errors
    ///
    /// The reason why there is no record. The stream cannot be read any further then.
    pub fn next<'a, 'b: 'a>(
        &'a mut self,
        bytes: &mut &'b [u8],
    ) -> Result<Option<Assembled<'a>>, InvalidRecord> {
        if std::mem::take(&mut self.given) {
            self.partial = Vec::new();
        }
        if self.partial.is_empty() && self.long.is_empty() {
            let whole = *bytes;
            if let Some(len) = self.record_len(whole)?
                && let Some((record, rest)) = whole.split_at_checked(len)
            {
                *bytes = rest;
                return Record::read(record).map(Assembled::Record).map(Some);
            }
        }
        if self.long.is_empty() {
            self.fill(RecordHead::LEN, bytes);
        }
        let head = if self.long.is_empty() { &self.partial } else { self.long.head(RecordHead::LEN) };
        let Some(len) = self.record_len(head)? else { return Ok(None) };
        if len > self.judged_max {
            return Ok(self.fill_long(len, bytes).map(Assembled::Long));
        }
        self.fill(len, bytes);
        if self.partial.len() < len {
            return Ok(None);
        }
        self.given = true;
        Record::read(&self.partial).map(Assembled::Record).map(Some)
    }

    /// Takes a piece of the stream without copying it: `bytes` without those at their front that are
    /// skipped. Gives it back unless all of it belongs to a long record that does not end there, and
    /// whose beginning has come. A piece for which there is room behind what has come is copied
    /// all the same: so short and long ones in turn do not make many pieces.
    ///
    /// # Errors
    ///
    /// The piece, which is for [`next`](Self::next).
    pub fn take_whole(&mut self, bytes: Vec<u8>, skipped: usize) -> Result<(), Vec<u8>> {
        let head = self.long.head(TOGETHER);
        let missing = RecordHead::parse(head).map_or(0, |head| RecordHead::LEN + head.len - self.long.len());
        // What is looked at in every record lies together, however few bytes of it came at first.
        let len = bytes.len() - skipped;
        if head.len() < TOGETHER || len >= missing || len <= self.long.room() {
            return Err(bytes);
        }
        self.long.push_whole(bytes, skipped);
        Ok(())
    }

    /// The bytes of memory that are held for a record whose end has not come.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.long.capacity() + if self.given { 0 } else { self.partial.capacity() }
    }

    /// The length of the record with which `bytes` begin, if its head is there.
    fn record_len(&self, bytes: &[u8]) -> Result<Option<usize>, InvalidRecord> {
        let Some(head) = RecordHead::parse(bytes) else { return Ok(None) };
        if head.len > self.max {
            return Err(InvalidRecord::TooLong);
        }
        Ok(Some(RecordHead::LEN + head.len))
    }

    /// The long record of `len` bytes, if all of it is there.
    fn fill_long(&mut self, len: usize, bytes: &mut &[u8]) -> Option<LongRecord> {
        if self.long.is_empty() {
            self.long.push(&std::mem::take(&mut self.partial), len);
        }
        let missing = len - self.long.len();
        let (taken, rest) = bytes.split_at(missing.min(bytes.len()));
        self.long.push(taken, missing);
        *bytes = rest;
        (self.long.len() == len).then(|| LongRecord(std::mem::take(&mut self.long)))
    }

    /// Moves bytes to `partial` until it has `len`, or none are left. The buffer has room for twice
    /// what has come, but not for more than `len`.
    fn fill(&mut self, len: usize, bytes: &mut &[u8]) {
        let missing = len.saturating_sub(self.partial.len());
        let (taken, rest) = bytes.split_at(missing.min(bytes.len()));
        let need = self.partial.len() + taken.len();
        if need > self.partial.capacity() {
            let capacity = (2 * need).min(len);
            self.partial.reserve_exact(capacity - self.partial.len());
        }
        self.partial.extend_from_slice(taken);
        *bytes = rest;
    }
}

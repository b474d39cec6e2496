//! From a stream in pieces to its records.

use super::{InvalidRecord, Record, RecordHead};
use crate::Pieces;
use crate::limits::PEER_ID_MAX;

/// Bytes of the body of a long record of which it can be told that it is too long, if it is no message.
const LOOKED_AT: usize = 2 * PEER_ID_MAX;

/// What an [`Assembler`] has found.
#[derive(Debug, PartialEq, Eq)]
pub enum Assembled<'a> {
    /// A record.
    Record(Record<'a>),
    /// One that is longer than it [judges](Assembler::judging).
    Long(LongRecord),
}

/// A record of which no more than its head is known to be right, as looking at it takes long.
#[derive(Debug, PartialEq, Eq)]
pub struct LongRecord(Pieces);

impl LongRecord {
    /// Who speaks, and to whom if it is to one; `None` if it is no message.
    #[must_use]
    pub fn route(&self) -> Option<(u32, Option<u32>)> {
        RecordHead::route(self.0.head(RecordHead::ROUTE_LEN))
    }

    /// Bytes that it takes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.0.capacity()
    }

    /// What it is if it is no message. It is longer than any other record, so no more of its body is looked at.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn as_no_message(&self) -> Result<Record<'_>, InvalidRecord> {
        Record::read(self.0.head(RecordHead::LEN + LOOKED_AT))
    }

    /// All of it, for [`Record::read`]. This takes long.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// Finds the records of one stream, where they lie when they came in one piece.
#[derive(Debug)]
pub struct Assembler {
    /// Bytes of a body, at most.
    max: usize,
    /// Records in a buffer of its own that are longer are given out as [`Assembled::Long`].
    judged_max: usize,
    /// The beginning of a record whose end has not come.
    partial: Vec<u8>,
    /// The same of one that is longer.
    long: Pieces,
    /// The record that was given out last is in `partial`.
    given: bool,
}

impl Assembler {
    /// For a stream whose records have bodies of at most `max` bytes.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self { max, judged_max: usize::MAX, partial: Vec::new(), long: Pieces::default(), given: false }
    }

    /// The same, but records that are longer than `judged_max` are given away as they are. One that lies
    /// whole in the input is judged.
    #[must_use]
    pub fn judging(mut self, judged_max: usize) -> Self {
        // What has to be known of every record lies together then.
        self.judged_max = judged_max.max(RecordHead::LEN + LOOKED_AT);
        self
    }

    /// The next record, whose last byte is in `bytes` and taken from them; `None` when they are used up.
    ///
    /// # Errors
    ///
    /// What is wrong with it. The stream cannot be read any further then.
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

    /// Bytes of memory that are held for a record whose end has not come.
    #[must_use]
    pub fn buffered(&self) -> usize {
        self.long.capacity() + if self.given { 0 } else { self.partial.capacity() }
    }

    /// Bytes of the record that `bytes` begin with, when they tell.
    fn record_len(&self, bytes: &[u8]) -> Result<Option<usize>, InvalidRecord> {
        let Some(head) = RecordHead::parse(bytes) else { return Ok(None) };
        if head.len > self.max {
            return Err(InvalidRecord::TooLong);
        }
        Ok(Some(RecordHead::LEN + head.len))
    }

    /// The record of `len` bytes that `partial` begins with, when all of it is there.
    fn fill_long(&mut self, len: usize, bytes: &mut &[u8]) -> Option<LongRecord> {
        if self.long.is_empty() {
            self.fill(self.judged_max, bytes);
            if self.partial.len() < self.judged_max {
                return None;
            }
            self.long = Pieces::from(std::mem::take(&mut self.partial));
        }
        let missing = len - self.long.len();
        let (taken, rest) = bytes.split_at(missing.min(bytes.len()));
        self.long.push(taken, missing);
        *bytes = rest;
        (self.long.len() == len).then(|| LongRecord(std::mem::take(&mut self.long)))
    }

    /// Moves bytes over until `len` are held, or none are left. The buffer doubles as it grows, but not beyond `len`.
    fn fill(&mut self, len: usize, bytes: &mut &[u8]) {
        let missing = len.saturating_sub(self.partial.len());
        let (taken, rest) = bytes.split_at(missing.min(bytes.len()));
        let need = self.partial.len() + taken.len();
        if need > self.partial.capacity() {
            let capacity = (2 * self.partial.capacity()).min(len).max(need);
            self.partial.reserve_exact(capacity - self.partial.len());
        }
        self.partial.extend_from_slice(taken);
        *bytes = rest;
    }
}

//! Records, which follow each other in the stream of one channel of a link.

use super::IGNORABLE;
use crate::limits::PEER_ID_MAX;
use crate::peer::IdSource;

/// A message of the other proxy about one channel, borrowed from its bytes:
/// `[kind: 1 byte][length of the body: 4 bytes][body]`.
///
/// Each side gives its members numbers in the order in which they come, and never the same twice in
/// one stream. A side that has given the last number closes the link, and begins anew on another.
/// The upper bit of a kind means the same as it does in frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    /// A peer is there: `[member: 4][0][nonce: 16]` where its proxy generated the id,
    /// `[member: 4][1][id]` where the client chose it.
    Join {
        /// Its number.
        member: u32,
        /// The source of its id. Together with the id of the proxy, which TLS proves, it makes the
        /// peer's id.
        id: IdSource<'a>,
    },
    /// A peer is there no more: `[member: 4]`.
    Leave {
        /// Its number.
        member: u32,
    },
    /// A peer that is about to leave read too slowly: `[member: 4]`. A proxy that does not know
    /// this kind sees the peer leave.
    Slow {
        /// Its number.
        member: u32,
    },
    /// All members that were there when the stream began have been announced. A body is for later
    /// versions, and is ignored.
    RosterEnd,
    /// A peer says something to all: `[member: 4][kind of payload: 1][payload]`.
    Broadcast {
        /// Its number.
        member: u32,
        /// The payload.
        payload: Payload<'a>,
    },
    /// A peer says something to one: `[member: 4][target: 4][kind of payload: 1][payload]`.
    Message {
        /// Its number.
        member: u32,
        /// The number that the recipient's proxy has given to the recipient.
        target: u32,
        /// The payload.
        payload: Payload<'a>,
    },
    /// A peer sends a frame of a stream to one peer: `[member: 4][target: 4][kind of payload:
    /// 1][payload]`. It goes only to members that were announced with [`Streams`](Self::Streams).
    Stream {
        /// Its number.
        member: u32,
        /// The number that the recipient's proxy has given to the recipient.
        target: u32,
        /// The payload: JSON, or bytes that are a [`StreamPart`](crate::binary::StreamPart).
        payload: Payload<'a>,
    },
    /// A peer knows streams, and so does its proxy: `[member: 4]`. A proxy that does not know this
    /// kind ignores it.
    Streams {
        /// Its number.
        member: u32,
    },
    /// The sender has no room for a peer of the recipient: `[member: 4]`. It shows the peer to no
    /// client.
    NotAdmitted {
        /// The number that the recipient has given to the peer.
        member: u32,
    },
    /// Room has come for a peer of the recipient that was not admitted: `[member: 4]`.
    Admitted {
        /// The number that the recipient has given to the peer.
        member: u32,
    },
    /// A record of a later version that may be ignored.
    Unknown,
}

/// The payload of a message, as the peer sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// The text of a JSON value. Whether it is valid is not known yet.
    Json(&'a str),
    /// The text of a raw peer.
    Text(&'a str),
    /// Bytes.
    Binary(&'a [u8]),
}

/// The reason why bytes are not a [`Record`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRecord {
    /// Its kind is not known and must not be ignored.
    #[error("records of kind {0} are not spoken here")]
    Kind(u8),
    /// Its body is shorter or longer than its kind allows.
    #[error("a record of kind {0} has another length")]
    Length(u8),
    /// It is longer than any message may be.
    #[error("a record is too long")]
    TooLong,
    /// A text is not UTF-8.
    #[error("the text of a record must be UTF-8")]
    Text,
}

/// The head of a record, which its body follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHead {
    /// Its kind.
    kind: u8,
    /// The bytes of the body.
    pub len: usize,
}

impl RecordHead {
    /// The bytes of a head.
    pub const LEN: usize = 5;

    /// Reads the head with which `bytes` begin, if they are long enough.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let [kind, a, b, c, d, ..] = *bytes else { return None };
        Some(Self { kind, len: u32::from_be_bytes([a, b, c, d]) as usize })
    }

    /// The bytes that tell the speaker and the recipient: the head and two numbers.
    pub(super) const ROUTE_LEN: usize = Self::LEN + 8;

    /// The numbers of the speaker and of the recipient, if there is one; `None` if it is no
    /// message.
    pub(super) fn route(record: &[u8]) -> Option<(u32, Option<u32>)> {
        let (head, mut body) = record.split_at_checked(Self::LEN)?;
        let Self { kind, .. } = Self::parse(head)?;
        match kind {
            kind::BROADCAST => Some((number(&mut body, kind).ok()?, None)),
            kind::MESSAGE => Some((number(&mut body, kind).ok()?, Some(number(&mut body, kind).ok()?))),
            _ => None,
        }
    }

    /// The bytes before the payload, if `record` begins a message whose payload is bytes.
    pub(super) fn binary_head_len(record: &[u8]) -> Option<usize> {
        let numbers = match Self::parse(record)?.kind {
            kind::BROADCAST => 1,
            kind::MESSAGE => 2,
            _ => return None,
        };
        let before = Self::LEN + numbers * size_of::<u32>();
        (record.get(before) == Some(&payload::BINARY)).then_some(before + 1)
    }
}

impl<'a> Record<'a> {
    /// Reads the record with this head and this body.
    ///
    /// # Errors
    ///
    /// The reason why it is not a record.
    pub fn parse(head: RecordHead, body: &'a [u8]) -> Result<Self, InvalidRecord> {
        let kind = head.kind;
        let mut rest = body;
        let record = match kind {
            kind::JOIN => {
                let (member, [source]) = (number(&mut rest, kind)?, take(&mut rest, kind)?);
                Self::Join { member, id: id_source(source, rest, kind)? }
            }
            kind::LEAVE => Self::Leave { member: only_number(rest, kind)? },
            kind::SLOW => Self::Slow { member: only_number(rest, kind)? },
            kind::ROSTER => Self::RosterEnd,
            kind::NOT_ADMITTED => Self::NotAdmitted { member: only_number(rest, kind)? },
            kind::ADMITTED => Self::Admitted { member: only_number(rest, kind)? },
            kind::BROADCAST => {
                let member = number(&mut rest, kind)?;
                Self::Broadcast { member, payload: Payload::parse(rest, kind)? }
            }
            kind::MESSAGE => {
                let (member, target) = (number(&mut rest, kind)?, number(&mut rest, kind)?);
                Self::Message { member, target, payload: Payload::parse(rest, kind)? }
            }
            kind::STREAM => {
                let (member, target) = (number(&mut rest, kind)?, number(&mut rest, kind)?);
                Self::Stream { member, target, payload: Payload::parse(rest, kind)? }
            }
            kind::STREAMS => Self::Streams { member: only_number(rest, kind)? },
            kind if kind & IGNORABLE != 0 => Self::Unknown,
            kind => return Err(InvalidRecord::Kind(kind)),
        };
        Ok(record)
    }

    /// Reads the record of which `bytes` consist.
    ///
    /// # Errors
    ///
    /// The reason why it is not a record.
    pub fn read(bytes: &'a [u8]) -> Result<Self, InvalidRecord> {
        let (head, body) = bytes.split_at(RecordHead::LEN.min(bytes.len()));
        let head = RecordHead::parse(head).ok_or(InvalidRecord::TooLong)?;
        Self::parse(head, body)
    }

    /// Appends the record to `out`. Its payload must be shorter than 4 GiB.
    pub fn write(&self, out: &mut Vec<u8>) {
        self.write_before_payload(out);
        if let Self::Broadcast { payload, .. }
        | Self::Message { payload, .. }
        | Self::Stream { payload, .. } = self
        {
            out.extend_from_slice(payload.as_bytes());
        }
    }

    /// Appends the part before the payload. The payload need not be copied for that; there is room
    /// for it afterwards.
    pub fn write_before_payload(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Join { member, id } => {
                let (source, bytes) = match &id {
                    IdSource::Nonce(nonce) => (source::NONCE, &nonce[..]),
                    IdSource::Choice(id) => (source::CHOICE, id.as_bytes()),
                };
                write_parts(out, kind::JOIN, [&member.to_be_bytes(), &[source], bytes]);
            }
            Self::Leave { member } => write_parts(out, kind::LEAVE, [&member.to_be_bytes()]),
            Self::Slow { member } => write_parts(out, kind::SLOW, [&member.to_be_bytes()]),
            Self::NotAdmitted { member } => write_parts(out, kind::NOT_ADMITTED, [&member.to_be_bytes()]),
            Self::Admitted { member } => write_parts(out, kind::ADMITTED, [&member.to_be_bytes()]),
            Self::Broadcast { member, payload } => {
                let parts = [&member.to_be_bytes()[..], &[payload.kind()]];
                write_parts_before(out, kind::BROADCAST, parts, payload.as_bytes());
            }
            Self::Message { member, target, payload } => {
                let parts = [&member.to_be_bytes()[..], &target.to_be_bytes(), &[payload.kind()]];
                write_parts_before(out, kind::MESSAGE, parts, payload.as_bytes());
            }
            Self::Stream { member, target, payload } => {
                let parts = [&member.to_be_bytes()[..], &target.to_be_bytes(), &[payload.kind()]];
                write_parts_before(out, kind::STREAM, parts, payload.as_bytes());
            }
            Self::Streams { member } => write_parts(out, kind::STREAMS, [&member.to_be_bytes()]),
            Self::RosterEnd => write_parts(out, kind::ROSTER, []),
            Self::Unknown => write_parts(out, IGNORABLE, []),
        }
    }

    /// Appends the part before the payload of a message of `member` that has `len` bytes as its
    /// payload: to the member `target` of the other side, or to all.
    pub fn write_before_bytes(out: &mut Vec<u8>, member: u32, target: Option<u32>, len: usize) {
        let kind = if target.is_some() { kind::MESSAGE } else { kind::BROADCAST };
        let target = target.map(u32::to_be_bytes);
        let target = target.as_ref().map_or(&[][..], |target| target);
        write_parts_of(out, kind, [&member.to_be_bytes()[..], target, &[payload::BINARY]], len);
    }

    /// The bytes of the record alone.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }
}

impl<'a> Payload<'a> {
    fn parse(bytes: &'a [u8], kind: u8) -> Result<Self, InvalidRecord> {
        let (&how, bytes) = bytes.split_first().ok_or(InvalidRecord::Length(kind))?;
        match how {
            payload::JSON => text(bytes).map(Self::Json),
            payload::TEXT => text(bytes).map(Self::Text),
            payload::BINARY => Ok(Self::Binary(bytes)),
            _ => Err(InvalidRecord::Kind(kind)),
        }
    }

    /// The bytes of the payload, of whatever kind.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        match self {
            Self::Json(text) | Self::Text(text) => text.as_bytes(),
            Self::Binary(bytes) => bytes,
        }
    }

    const fn kind(self) -> u8 {
        match self {
            Self::Json(_) => payload::JSON,
            Self::Text(_) => payload::TEXT,
            Self::Binary(_) => payload::BINARY,
        }
    }
}

mod kind {
    use super::IGNORABLE;

    pub(super) const JOIN: u8 = 1;
    pub(super) const LEAVE: u8 = 2;
    pub(super) const BROADCAST: u8 = 3;
    pub(super) const MESSAGE: u8 = 4;
    pub(super) const STREAM: u8 = 5;
    pub(super) const SLOW: u8 = IGNORABLE | 1;
    pub(super) const ROSTER: u8 = IGNORABLE | 2;
    pub(super) const NOT_ADMITTED: u8 = IGNORABLE | 3;
    pub(super) const ADMITTED: u8 = IGNORABLE | 4;
    pub(super) const STREAMS: u8 = IGNORABLE | 5;
}

mod source {
    pub(super) const NONCE: u8 = 0;
    pub(super) const CHOICE: u8 = 1;
}

mod payload {
    pub(super) const JSON: u8 = 1;
    pub(super) const TEXT: u8 = 2;
    pub(super) const BINARY: u8 = 3;
}

/// The other bits of `source` are for later versions.
fn id_source(source: u8, bytes: &[u8], kind: u8) -> Result<IdSource<'_>, InvalidRecord> {
    if source & source::CHOICE != 0 {
        // So reading a record that is no message takes no time, however long it is.
        return match bytes.len() {
            0..=PEER_ID_MAX => text(bytes).map(IdSource::Choice),
            _ => Err(InvalidRecord::Length(kind)),
        };
    }
    bytes.try_into().map(IdSource::Nonce).map_err(|_| InvalidRecord::Length(kind))
}

fn write_parts<const N: usize>(out: &mut Vec<u8>, kind: u8, parts: [&[u8]; N]) {
    write_parts_before(out, kind, parts, &[]);
}

/// Makes room for `rest`, with which the body ends, and does not append it.
fn write_parts_before<const N: usize>(out: &mut Vec<u8>, kind: u8, parts: [&[u8]; N], rest: &[u8]) {
    out.reserve(RecordHead::LEN + rest.len() + parts.iter().map(|part| part.len()).sum::<usize>());
    write_parts_of(out, kind, parts, rest.len());
}

/// Appends the head and the first parts of a record, whose body ends with `rest` bytes more.
fn write_parts_of<const N: usize>(out: &mut Vec<u8>, kind: u8, parts: [&[u8]; N], rest: usize) {
    let len = rest + parts.iter().map(|part| part.len()).sum::<usize>();
    debug_assert!(u32::try_from(len).is_ok(), "a message is shorter than 4 GiB");
    out.push(kind);
    out.extend_from_slice(&(len as u32).to_be_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

fn take<const N: usize>(bytes: &mut &[u8], kind: u8) -> Result<[u8; N], InvalidRecord> {
    let (taken, rest) = bytes.split_first_chunk().ok_or(InvalidRecord::Length(kind))?;
    *bytes = rest;
    Ok(*taken)
}

fn number(bytes: &mut &[u8], kind: u8) -> Result<u32, InvalidRecord> {
    take(bytes, kind).map(u32::from_be_bytes)
}

fn only_number(mut bytes: &[u8], kind: u8) -> Result<u32, InvalidRecord> {
    let number = number(&mut bytes, kind)?;
    if bytes.is_empty() { Ok(number) } else { Err(InvalidRecord::Length(kind)) }
}

fn text(bytes: &[u8]) -> Result<&str, InvalidRecord> {
    simdutf8::basic::from_utf8(bytes).map_err(|_| InvalidRecord::Text)
}

//! The header of a message of a few bytes: 96 bits, written as 16 letters of base64.
//!
//! | bits | field |
//! |---|---|
//! | 16 | the connection that sends |
//! | 2 | the kind |
//! | 32 | the number of the message |
//! | 28 | the time, in units of 1,024 ns |
//! | 18 | a hash of the others |
//!
//! Loss, repetition and order are noticed as with the long header. Three things are not as good. Of
//! 262,144 damaged headers one passes the hash; with the long header it is one of 2³². A latency
//! is up to 1 µs too long. One of more than 274 s would be told 274 s too short; a run ends before.

use data_encoding::BASE64URL_NOPAD;

use super::{Header, Kind, mixed};
use crate::clock::Nanos;
use crate::layout::Layout;

/// Letters of the header.
pub(super) const SIZE: usize = 16;
/// Connections that 16 bits distinguish. One client address has no more ports for one server.
pub(crate) const CONNECTIONS_MAX: usize = 1 << 16;

/// Bytes before they are written as letters.
const PACKED: usize = 12;
const KIND_BITS: u32 = 2;
const NUMBER_BITS: u32 = 32;
const TIME_BITS: u32 = 28;
const HASH_BITS: u32 = 18;
/// A unit of time is this power of two, in nanoseconds.
const UNIT: u32 = 10;

/// Appends the header. Gives its hash.
pub(super) fn write(header: &Header, layout: Layout, data: &mut Vec<u8>) -> u32 {
    let fields = fields(header, layout);
    let hash = hash(fields);
    let packed = (fields << HASH_BITS | u128::from(hash)).to_be_bytes();
    let mut letters = [0; SIZE];
    BASE64URL_NOPAD.encode_mut(&packed[packed.len() - PACKED..], &mut letters);
    data.extend_from_slice(&letters);
    hash
}

/// The header and its hash; `None` if the hash is wrong. `now` is the time at which it came.
pub(super) fn read(data: &[u8; SIZE], layout: Layout, now: Nanos) -> Option<(Header, u32)> {
    let mut packed = [0; size_of::<u128>()];
    BASE64URL_NOPAD.decode_mut(data, &mut packed[size_of::<u128>() - PACKED..]).ok()?;
    let packed = u128::from_be_bytes(packed);
    let (fields, hash) = (packed >> HASH_BITS, low(packed, HASH_BITS));
    if hash != self::hash(fields) {
        return None;
    }
    Some((of_fields(fields, layout, now)?, hash))
}

fn fields(header: &Header, layout: Layout) -> u128 {
    let Header { kind, channel, peer, number, due } = *header;
    let connection = layout.connection(channel as usize, peer as usize) as u128;
    let fields = connection << KIND_BITS | u128::from(kind.number());
    let fields = fields << NUMBER_BITS | u128::from(number);
    fields << TIME_BITS | u128::from(low(u128::from(due >> UNIT), TIME_BITS))
}

fn of_fields(fields: u128, layout: Layout, now: Nanos) -> Option<Header> {
    let (rest, time) = (fields >> TIME_BITS, low(fields, TIME_BITS));
    let (rest, number) = (rest >> NUMBER_BITS, low(rest, NUMBER_BITS));
    let (connection, kind) = ((rest >> KIND_BITS) as usize, low(rest, KIND_BITS));
    let now = now >> UNIT;
    let age = low(u128::from(now.wrapping_sub(time.into())), TIME_BITS);
    Some(Header {
        kind: Kind::of_number(kind)?,
        channel: layout.channel(connection) as u32,
        peer: layout.peer(connection) as u32,
        number,
        due: now.wrapping_sub(age.into()) << UNIT,
    })
}

fn hash(fields: u128) -> u32 {
    let words = [(fields >> 64) as u32, (fields >> 32) as u32, fields as u32];
    (mixed(&words) >> (u64::BITS - HASH_BITS)) as u32
}

/// So many of the lowest bits, at most 32.
fn low(value: u128, bits: u32) -> u32 {
    (value & ((1 << bits) - 1)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_fill_the_letters() {
        let connection = (CONNECTIONS_MAX - 1).ilog2() + 1;
        let bits = connection + KIND_BITS + NUMBER_BITS + TIME_BITS + HASH_BITS;
        assert_eq!(bits as usize, PACKED * 8);
        assert_eq!(BASE64URL_NOPAD.encode_len(PACKED), SIZE);
    }

    #[test]
    fn the_last_connection_is_told_from_the_others() {
        let layout = Layout { channels: 256, peers: 256, senders: 1, active: 1 };
        let header = Header { kind: Kind::Ask, channel: 255, peer: 255, number: u32::MAX, due: 0 };
        let mut data = Vec::new();
        let hash = write(&header, layout, &mut data);
        assert_eq!(read(data.first_chunk().unwrap(), layout, 0), Some((header, hash)));
    }

    #[test]
    fn a_latency_is_at_most_a_microsecond_too_long() {
        let layout = Layout { channels: 1, peers: 2, senders: 1, active: 1 };
        // The last comes after the units of time have begun anew.
        for (due, now) in [(0, 0), (1_999_999, 2_000_001), ((1 << 38) - 5, (1 << 38) + 60_000_000_000)] {
            let mut data = Vec::new();
            write(&Header { kind: Kind::Broadcast, channel: 0, peer: 1, number: 7, due }, layout, &mut data);
            let (read, _) = read(data.first_chunk().unwrap(), layout, now).unwrap();
            assert!((now - due..=now - due + 1024).contains(&(now - read.due)), "{due} {now} {}", read.due);
        }
    }
}

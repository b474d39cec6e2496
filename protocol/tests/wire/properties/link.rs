//! What must hold for any bytes of a link.

use nws_protocol::link::{
    Assembled, Assembler, InvalidLinkFrame, InvalidRecord, LinkFrame, Record, RecordHead,
};

/// Panics unless what is read is written as it came, and nothing is refused without reason.
pub(crate) fn check_frame(bytes: &[u8]) {
    let frame = LinkFrame::parse(bytes);
    let Some((&kind, body)) = bytes.split_first() else {
        assert_eq!(frame, Err(InvalidLinkFrame::Empty));
        return;
    };
    let has_its_length = match kind {
        1 => body.len() >= 8,
        2 | 3 => body.len() > 2 && (body.len() - 2).is_multiple_of(32),
        4 => body.len() > 2 && (body.len() - 2).is_multiple_of(16),
        5 => body.len() == 2,
        6 => body.len() >= 2,
        7 => body.len() == 6,
        0x80.. => {
            assert_eq!(frame, Ok(LinkFrame::Unknown));
            return;
        }
        _ => {
            assert_eq!(frame, Err(InvalidLinkFrame::Kind(kind)));
            return;
        }
    };
    match frame {
        Ok(hello @ LinkFrame::Hello(_)) => assert_eq!(hello.to_bytes(), bytes[..9]),
        Ok(frame) => assert_eq!(frame.to_bytes(), bytes),
        Err(fault) => assert_eq!(fault, InvalidLinkFrame::Length(kind)),
    }
    assert_eq!(frame.is_ok(), has_its_length);
}

/// Panics unless the records of `stream` are the same in pieces, whose lengths `cuts` gives in turn, as in one, and no
/// more is held than the documentation of the assembler says.
pub(crate) fn check_stream(stream: &[u8], max: usize, cuts: &[usize]) {
    let expected = records(stream, max);
    for is_moved in [false, true] {
        assert_eq!(assembled(stream, max, &[stream.len()], is_moved), expected);
        assert_eq!(assembled(stream, max, cuts, is_moved), expected);
    }
}

/// The bytes of each record, and how it ends.
type Records = (Vec<Vec<u8>>, Option<InvalidRecord>);

fn records(mut stream: &[u8], max: usize) -> Records {
    let mut records = Vec::new();
    while let Some(head) = RecordHead::parse(stream) {
        if head.len > max {
            return (records, Some(InvalidRecord::TooLong));
        }
        let body = &stream[RecordHead::LEN..];
        let Some((body, rest)) = body.split_at_checked(head.len) else { break };
        match Record::parse(head, body) {
            Ok(record) => records.push(check_record(record, &stream[..RecordHead::LEN + head.len])),
            Err(fault) => return (records, Some(fault)),
        }
        stream = rest;
    }
    (records, None)
}

/// What is read is written as it came, but what is ignored.
fn check_record(record: Record<'_>, bytes: &[u8]) -> Vec<u8> {
    let written = record.to_bytes();
    match record {
        Record::Unknown => assert!(bytes[0] >= 0x80),
        Record::RosterEnd => assert_eq!(written[0], bytes[0], "a body is for later versions"),
        Record::Join { .. } => {
            assert_eq!((&written[..9], &written[10..]), (&bytes[..9], &bytes[10..]));
            assert_eq!(written[9], bytes[9] & 1, "the other bits are for later versions");
        }
        Record::Leave { .. }
        | Record::Slow { .. }
        | Record::NotAdmitted { .. }
        | Record::Admitted { .. }
        | Record::Streams { .. }
        | Record::Broadcast { .. }
        | Record::Message { .. }
        | Record::Stream { .. } => assert_eq!(written, bytes),
    }
    written
}

fn route_of(record: Record<'_>) -> Option<(u32, Option<u32>)> {
    match record {
        Record::Broadcast { member, .. } => Some((member, None)),
        Record::Message { member, target, .. } => Some((member, Some(target))),
        Record::Join { .. }
        | Record::Leave { .. }
        | Record::Slow { .. }
        | Record::RosterEnd
        | Record::NotAdmitted { .. }
        | Record::Admitted { .. }
        | Record::Stream { .. }
        | Record::Streams { .. }
        | Record::Unknown => None,
    }
}

/// What an assembler makes of the stream. Pieces that it takes without copying them are given to it
/// so if `is_moved`.
fn assembled(stream: &[u8], max: usize, cuts: &[usize], is_moved: bool) -> Records {
    let mut assembler = Assembler::new(max).judging(max / 2);
    let mut records = Vec::new();
    let mut cuts = cuts.iter().cycle();
    let mut stream = stream;
    // Bytes that are held although they belong to no record.
    let mut skipped = 0;
    while !stream.is_empty() {
        let len = cuts.next().map_or(stream.len(), |&cut| cut.clamp(1, stream.len()));
        let (mut piece, rest) = stream.split_at(len);
        stream = rest;
        if is_moved && assembler.take_whole([&[0; 3], piece].concat(), 3).is_ok() {
            skipped += 3;
            assert!(assembler.buffered() <= RecordHead::LEN + max + skipped);
            continue;
        }
        loop {
            match assembler.next(&mut piece) {
                Ok(Some(Assembled::Record(record))) => records.push(record.to_bytes()),
                Ok(Some(Assembled::Long(long))) => {
                    skipped = 0;
                    let route = long.route();
                    let other = long.as_no_message().map(|record| record.to_bytes());
                    match Record::read(&long.into_bytes()) {
                        Ok(record) => {
                            assert_eq!(route, route_of(record));
                            assert!(route.is_some() || other == Ok(record.to_bytes()));
                            records.push(record.to_bytes());
                        }
                        Err(fault) => {
                            assert!(route.is_some() || other == Err(fault));
                            return (records, Some(fault));
                        }
                    }
                }
                Ok(None) => break,
                Err(fault) => return (records, Some(fault)),
            }
            assert!(assembler.buffered() <= RecordHead::LEN + max + skipped);
        }
        assert!(piece.is_empty(), "the assembler left input behind");
        assert!(assembler.buffered() <= RecordHead::LEN + max + skipped);
    }
    (records, None)
}

//! Links: bytes that may not change, there and back, and in any pieces.

use nws_protocol::link::{
    Assembled, Assembler, Hello, InvalidLinkFrame, InvalidRecord, LinkFrame, Payload, Record, RecordHead,
    write_data_head,
};
use nws_protocol::{IdSource, Nonce};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::properties::link::{check_frame, check_stream};

#[test]
fn golden_frames() {
    let hello = Hello { version_min: 1, version_max: 0x0203, suite: 1, slots_max: 0x0400 };
    let element = |byte| [byte; 32];
    let pair = [&b"\x02\x01\x02"[..], &[7; 32], &[8; 32]].concat();
    let evaluation = [&b"\x03\xff\xff"[..], &[9; 32]].concat();
    let tags = [&b"\x04\0\x05"[..], &[1; 16], &[2; 16]].concat();
    let frames: [(LinkFrame<'_>, &[u8]); 9] = [
        (LinkFrame::Hello(hello), b"\x01\0\x01\x02\x03\0\x01\x04\0"),
        (LinkFrame::Blind { first: 0x0102, elements: &[element(7), element(8)] }, &pair),
        (LinkFrame::Eval { first: 0xffff, elements: &[element(9)] }, &evaluation),
        (LinkFrame::Tags { first: 5, tags: &[[1; 16], [2; 16]] }, &tags),
        (LinkFrame::Leave { slot: 0x0102 }, b"\x05\x01\x02"),
        (LinkFrame::Data { slot: 3, bytes: b"hi" }, b"\x06\0\x03hi"),
        (LinkFrame::Data { slot: 3, bytes: b"" }, b"\x06\0\x03"),
        (LinkFrame::Credit { slot: 3, bytes: 0x01020304 }, b"\x07\0\x03\x01\x02\x03\x04"),
        (LinkFrame::Unknown, b"\x80"),
    ];
    for (frame, bytes) in frames {
        assert_eq!(frame.to_bytes(), bytes, "{frame:?}");
        assert_eq!(LinkFrame::parse(bytes), Ok(frame));
    }
    let mut head = b"before".to_vec();
    write_data_head(&mut head, 0x0102);
    assert_eq!(head, b"before\x06\x01\x02");
}

#[test]
fn frames_that_are_none() {
    for (bytes, fault) in [
        (&b""[..], InvalidLinkFrame::Empty),
        (b"\0", InvalidLinkFrame::Kind(0)),
        (b"\x08\0\0", InvalidLinkFrame::Kind(8)),
        (b"\x7f", InvalidLinkFrame::Kind(0x7f)),
        (b"\x01\0\x01\0\x01\0\x01\0", InvalidLinkFrame::Length(1)),
        (b"\x02\0\0", InvalidLinkFrame::Length(2)),
        (b"\x04\0\x000123456789abcde", InvalidLinkFrame::Length(4)),
        (b"\x05\0", InvalidLinkFrame::Length(5)),
        (b"\x05\0\0\0", InvalidLinkFrame::Length(5)),
        (b"\x06\0", InvalidLinkFrame::Length(6)),
        (b"\x07\0\0\0\0\0", InvalidLinkFrame::Length(7)),
    ] {
        assert_eq!(LinkFrame::parse(bytes), Err(fault), "{bytes:x?}");
    }
}

/// A later version may say more in its HELLO, and things that are ignored here.
#[test]
fn what_later_versions_say() {
    let hello = Hello { version_min: 1, version_max: 2, suite: 1, slots_max: 8 };
    assert_eq!(LinkFrame::parse(b"\x01\0\x01\0\x02\0\x01\0\x08more"), Ok(LinkFrame::Hello(hello)));
    assert_eq!(LinkFrame::parse(b"\x81anything"), Ok(LinkFrame::Unknown));
    let head = RecordHead::parse(b"\xff\0\0\0\x02").expect("a head");
    assert_eq!(Record::parse(head, b"??"), Ok(Record::Unknown));
    let join = |id| Ok(Record::Join { member: 1, id });
    let head = RecordHead::parse(b"\x01\0\0\0\x06").expect("a head");
    assert_eq!(Record::parse(head, b"\0\0\0\x01\xffb"), join(IdSource::Choice("b")));
    let head = RecordHead::parse(b"\x01\0\0\0\x15").expect("a head");
    let nonce = IdSource::Nonce(*b"a nonce of an id");
    assert_eq!(Record::parse(head, b"\0\0\0\x01\xfea nonce of an id"), join(nonce));
}

#[test]
fn golden_records() {
    let (json, binary) = (Payload::Json("[1]"), Payload::Binary(b"\0\xff"));
    let records: [(Record<'_>, &[u8]); 13] = [
        (
            Record::Join { member: 0x01020304, id: IdSource::Choice("bob") },
            b"\x01\0\0\0\x08\x01\x02\x03\x04\x01bob",
        ),
        (
            Record::Join { member: 0, id: IdSource::Nonce(*b"a nonce of an id") },
            b"\x01\0\0\0\x15\0\0\0\0\0a nonce of an id",
        ),
        (Record::Leave { member: 7 }, b"\x02\0\0\0\x04\0\0\0\x07"),
        (Record::Slow { member: 7 }, b"\x81\0\0\0\x04\0\0\0\x07"),
        (Record::RosterEnd, b"\x82\0\0\0\0"),
        (Record::NotAdmitted { member: 7 }, b"\x83\0\0\0\x04\0\0\0\x07"),
        (Record::Admitted { member: 7 }, b"\x84\0\0\0\x04\0\0\0\x07"),
        (Record::Broadcast { member: 7, payload: json }, b"\x03\0\0\0\x08\0\0\0\x07\x01[1]"),
        (Record::Broadcast { member: 7, payload: Payload::Text("hi") }, b"\x03\0\0\0\x07\0\0\0\x07\x02hi"),
        (
            Record::Message { member: 7, target: 0x0a0b0c0d, payload: binary },
            b"\x04\0\0\0\x0b\0\0\0\x07\x0a\x0b\x0c\x0d\x03\0\xff",
        ),
        (
            Record::Stream { member: 7, target: 9, payload: json },
            b"\x05\0\0\0\x0c\0\0\0\x07\0\0\0\x09\x01[1]",
        ),
        (Record::Streams { member: 7 }, b"\x85\0\0\0\x04\0\0\0\x07"),
        (Record::Unknown, b"\x80\0\0\0\0"),
    ];
    let mut stream = Vec::new();
    for (record, bytes) in records {
        assert_eq!(record.to_bytes(), bytes, "{record:?}");
        stream.extend_from_slice(bytes);
    }
    let mut assembler = Assembler::new(21);
    let mut rest = &*stream;
    for (record, _) in records {
        assert_eq!(assembler.next(&mut rest), Ok(Some(Assembled::Record(record))));
    }
    assert_eq!((assembler.next(&mut rest), rest), (Ok(None), &b""[..]));
}

#[test]
fn records_that_are_none() {
    for (bytes, fault) in [
        (&b"\0\0\0\0\0"[..], InvalidRecord::Kind(0)),
        (b"\x06\0\0\0\0", InvalidRecord::Kind(6)),
        (b"\x05\0\0\0\x08\0\0\0\0\0\0\0\0", InvalidRecord::Length(5)),
        (b"\x85\0\0\0\x05\0\0\0\0\0", InvalidRecord::Length(0x85)),
        (b"\x01\0\0\0\x04\0\0\0\0", InvalidRecord::Length(1)),
        (b"\x01\0\0\0\x06\0\0\0\0\x01\xff", InvalidRecord::Text),
        (b"\x01\0\0\0\x14\0\0\0\0\0fifteen letters", InvalidRecord::Length(1)),
        (b"\x83\0\0\0\x03\0\0\0", InvalidRecord::Length(0x83)),
        (b"\x84\0\0\0\x05\0\0\0\0\0", InvalidRecord::Length(0x84)),
        (b"\x02\0\0\0\x03\0\0\0", InvalidRecord::Length(2)),
        (b"\x02\0\0\0\x05\0\0\0\0\0", InvalidRecord::Length(2)),
        (b"\x81\0\0\0\x03\0\0\0", InvalidRecord::Length(0x81)),
        (b"\x03\0\0\0\x04\0\0\0\0", InvalidRecord::Length(3)),
        (b"\x03\0\0\0\x05\0\0\0\0\0", InvalidRecord::Kind(3)),
        (b"\x03\0\0\0\x06\0\0\0\0\x02\xff", InvalidRecord::Text),
        (b"\x04\0\0\0\x08\0\0\0\0\0\0\0\0", InvalidRecord::Length(4)),
        (b"\x03\0\0\0\x15", InvalidRecord::TooLong),
        (b"\xff\xff\xff\xff\xff", InvalidRecord::TooLong),
    ] {
        assert_eq!(Assembler::new(20).next(&mut &*bytes), Err(fault), "{bytes:x?}");
    }
}

/// Its head is enough to refuse a record, in whatever pieces it comes, and again and again.
#[test]
fn what_is_too_long_is_not_held() {
    let mut assembler = Assembler::new(9);
    for byte in b"\x02\0\0\0" {
        assert_eq!(assembler.next(&mut &[*byte][..]), Ok(None));
    }
    for _ in 0..3 {
        assert_eq!(assembler.next(&mut &b"\x0a"[..]), Err(InvalidRecord::TooLong));
        assert_eq!(assembler.buffered(), 5);
    }
}

/// Bytes that have come may lie in more memory: that is what counts.
#[test]
fn memory_is_what_is_held() {
    let (mut assembler, mut held) = (Assembler::new(1 << 20), Vec::new());
    let record = [&b"\x02\0\x10\0\0"[..], &vec![0; 1 << 20]].concat();
    let (pieces, _) = record.as_chunks::<1024>();
    for (came, mut piece) in (1024..).step_by(1024).zip(pieces.iter().map(|piece| &piece[..])) {
        assert_eq!(assembler.next(&mut piece), Ok(None));
        assert!((came..=record.len().min(2 * came)).contains(&assembler.buffered()));
        held.push(assembler.buffered());
    }
    held.dedup();
    assert!(held.len() <= 11, "it grew {} times", held.len());
}

#[test]
fn what_is_given_out_is_not_held() {
    let mut assembler = Assembler::new(9);
    let mut piece = &b"\x02\0\0\0\x04\0\0"[..];
    assert_eq!(assembler.next(&mut piece), Ok(None));
    assert_eq!((assembler.buffered(), piece), (9, &b""[..]));
    let mut piece = &b"\0\x07\x02\0"[..];
    assert_eq!(assembler.next(&mut piece), Ok(Some(Assembled::Record(Record::Leave { member: 7 }))));
    assert_eq!((assembler.buffered(), piece), (0, &b"\x02\0"[..]));
    assert_eq!(assembler.next(&mut piece), Ok(None));
    assert!((2..=4).contains(&assembler.buffered()), "{} B for two", assembler.buffered());
}

/// A record that does not own what it says.
#[derive(Clone, Debug)]
enum Said {
    Join(u32, Nonce),
    JoinAs(u32, String),
    NotAdmitted(u32),
    Leave(u32),
    Broadcast(u32, What),
    Message(u32, u32, What),
    Unknown,
}

#[derive(Clone, Debug)]
enum What {
    Json(String),
    Text(String),
    Binary(Vec<u8>),
}

impl What {
    fn payload(&self) -> Payload<'_> {
        match self {
            Self::Json(text) => Payload::Json(text),
            Self::Text(text) => Payload::Text(text),
            Self::Binary(bytes) => Payload::Binary(bytes),
        }
    }
}

impl Said {
    fn record(&self) -> Record<'_> {
        match *self {
            Self::Join(member, nonce) => Record::Join { member, id: IdSource::Nonce(nonce) },
            Self::JoinAs(member, ref id) => Record::Join { member, id: IdSource::Choice(id) },
            Self::NotAdmitted(member) => Record::NotAdmitted { member },
            Self::Leave(member) => Record::Leave { member },
            Self::Broadcast(member, ref what) => Record::Broadcast { member, payload: what.payload() },
            Self::Message(member, target, ref what) => {
                Record::Message { member, target, payload: what.payload() }
            }
            Self::Unknown => Record::Unknown,
        }
    }
}

fn said() -> impl Strategy<Value = Said> {
    let what = || {
        prop_oneof![
            "\\PC{0,20}".prop_map(What::Json),
            "\\PC{0,20}".prop_map(What::Text),
            vec(any::<u8>(), 0..200).prop_map(What::Binary),
        ]
    };
    prop_oneof![
        any::<(u32, Nonce)>().prop_map(|(member, nonce)| Said::Join(member, nonce)),
        (any::<u32>(), "[A-Za-z0-9_~-]{0,64}").prop_map(|(member, id)| Said::JoinAs(member, id)),
        any::<u32>().prop_map(Said::NotAdmitted),
        any::<u32>().prop_map(Said::Leave),
        (any::<u32>(), what()).prop_map(|(member, what)| Said::Broadcast(member, what)),
        (any::<(u32, u32)>(), what())
            .prop_map(|((member, target), what)| Said::Message(member, target, what)),
        Just(Said::Unknown),
    ]
}

fn stream_of(said: &[Said]) -> Vec<u8> {
    said.iter().flat_map(|one| one.record().to_bytes()).collect()
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![Just(vec![1]), vec(1..20_usize, 1..5), vec(1..400_usize, 1..5)]
}

/// Short pieces and long ones in turn do not become many parts of a message.
#[test]
fn a_long_record_has_few_pieces() {
    const LONG: usize = 32 * 1024;
    const MAX: usize = 64 * LONG;
    let bytes = Record::Broadcast { member: 7, payload: Payload::Binary(&[1; MAX]) }.to_bytes();
    for short in [1, 100, LONG - 1] {
        let mut assembler = Assembler::new(2 * MAX).judging(1000);
        let (mut rest, mut longs, mut parts) = (&bytes[..], [LONG, short].into_iter().cycle(), None);
        while !rest.is_empty() {
            let (mut piece, behind) = rest.split_at(longs.next().map_or(1, |len| len.min(rest.len())));
            rest = behind;
            if piece.len() == LONG && assembler.take_whole(piece.to_vec(), 0).is_ok() {
                continue;
            }
            if let Ok(Some(Assembled::Long(long))) = assembler.next(&mut piece) {
                parts = long.into_binary().ok().map(|pieces| pieces.into_pieces().count());
            }
        }
        let parts = parts.expect("a long message");
        assert!(parts <= MAX / LONG + 6, "{parts} parts with {short} B in between");
    }
}

/// However little of a long record comes at first, what is looked at lies together.
#[test]
fn a_long_record_may_begin_with_few_bytes() {
    let record = Record::Broadcast { member: 7, payload: Payload::Binary(&[1; 70_000]) };
    let bytes = record.to_bytes();
    for first in 1..300 {
        let mut assembler = Assembler::new(100_000).judging(60_000);
        let mut rest = &bytes[..first];
        assert!(matches!(assembler.next(&mut rest), Ok(None)));
        let (mut next, mut last) = bytes[first..].split_at(40_000);
        if assembler.take_whole(next.to_vec(), 0).is_err() {
            assert!(matches!(assembler.next(&mut next), Ok(None)));
        }
        let Ok(Some(Assembled::Long(long))) = assembler.next(&mut last) else {
            panic!("no record after {first} bytes");
        };
        assert_eq!(long.route(), Some((7, None)), "{first}");
        assert_eq!(Record::read(&long.into_bytes()), Ok(record));
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        first: u16, elements in vec(any::<[u8; 32]>(), 1..65), tags in vec(any::<[u8; 16]>(), 1..65),
        bytes in vec(any::<u8>(), 0..300), credit: u32, numbers: [u16; 4],
    ) {
        let [version_min, version_max, suite, slots_max] = numbers;
        for frame in [
            LinkFrame::Hello(Hello { version_min, version_max, suite, slots_max }),
            LinkFrame::Blind { first, elements: &elements },
            LinkFrame::Eval { first, elements: &elements },
            LinkFrame::Tags { first, tags: &tags },
            LinkFrame::Leave { slot: first },
            LinkFrame::Data { slot: first, bytes: &bytes },
            LinkFrame::Credit { slot: first, bytes: credit },
            LinkFrame::Unknown,
        ] {
            let bytes = frame.to_bytes();
            prop_assert_eq!(LinkFrame::parse(&bytes), Ok(frame));
            check_frame(&bytes);
        }
    }

    #[test]
    fn records_come_in_any_pieces(said in vec(said(), 0..12), cuts in cuts()) {
        let stream = stream_of(&said);
        let longest = said.iter().map(|one| one.record().to_bytes().len() - RecordHead::LEN).max().unwrap_or(0);
        let (mut assembler, mut rest, mut heard) = (Assembler::new(longest), &*stream, 0);
        let mut cuts_in_turn = cuts.iter().cycle();
        while let Some(&cut) = cuts_in_turn.next().filter(|_| !rest.is_empty()) {
            let (mut piece, later) = rest.split_at(cut.min(rest.len()));
            while let Some(record) = assembler.next(&mut piece).expect("valid records") {
                prop_assert_eq!(record, Assembled::Record(said[heard].record()));
                heard += 1;
            }
            rest = later;
        }
        prop_assert_eq!((heard, assembler.buffered()), (said.len(), 0));
        check_stream(&stream, longest, &cuts);
    }

    #[test]
    fn faults_come_in_any_pieces(
        said in vec(said(), 1..6), cuts in cuts(), max in 0..250_usize,
        changed in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut stream = stream_of(&said);
        for (at, to) in changed {
            *at.get_mut(&mut stream) = to;
        }
        check_stream(&stream, max, &cuts);
    }

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..80), cuts in cuts(), max in 0..80_usize) {
        check_frame(&bytes);
        check_stream(&bytes, max, &cuts);
    }

    #[test]
    fn nearly_frames(kind in 0..9_u8, len in 0..200_usize) {
        check_frame(&[vec![kind], vec![7; len]].concat());
    }

    #[test]
    fn nearly_records(
        records in vec((0..6_u8, 0..24_u8, vec(prop_oneof![0..5_u8, any::<u8>()], 0..24)), 1..5), cuts in cuts(),
    ) {
        let record = |(kind, wrong, body): &(u8, u8, Vec<u8>)| {
            let len = if *wrong == 0 { 1 } else { body.len() as u8 };
            [&[*kind, 0, 0, 0, len], &**body].concat()
        };
        let stream: Vec<u8> = records.iter().flat_map(record).collect();
        check_stream(&stream, 20, &cuts);
    }
}

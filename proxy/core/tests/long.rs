//! A long message does what it does when it is short, but is encoded elsewhere.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Instant;

use nws_core::{Account, Channels, Config, ConnId, Framing, Input, Output, RecordReader, Turn};
use nws_protocol::limits::{LINK_PIECE_MAX, MESSAGE_INLINE_MAX};
use nws_protocol::link::{Payload, Record};
use nws_protocol::{IdSource, PeerId, ProxyId};
use nws_sim::{Word, network};
use slotmap::SlotMap;

/// The largest payload: two of the words are longer.
const MAX: usize = 2 * MESSAGE_INLINE_MAX;

/// A channel with members of every kind, and one link.
struct Room {
    core: Channels,
    now: Instant,
    conns: SlotMap<ConnId, ()>,
    speaker: ConnId,
    raw: ConnId,
    link: ConnId,
    reader: RecordReader,
    account: Arc<Account>,
}

/// How messages come in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Inline,
    Elsewhere,
}

impl Room {
    #[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
    fn new(raw: usize) -> Self {
        let config = Config { message_max: MAX, ..Config::default() };
        let mut room = Self {
            core: Channels::new(config, ProxyId::from_digest(&[9; 32]), [7; 32]),
            now: Instant::now(),
            conns: SlotMap::with_key(),
            speaker: ConnId::default(),
            raw: ConnId::default(),
            link: ConnId::default(),
            reader: RecordReader::default(),
            account: Account::new(usize::MAX),
        };
        room.speaker = room.join("speaker", Framing::Structured);
        room.join("other", Framing::Structured);
        for number in 0..raw {
            room.raw = room.join(&format!("raw{number}"), Framing::Raw);
        }
        room.link = room.conns.insert(());
        let share = room.account.share(Ipv4Addr::LOCALHOST.into(), || {});
        let (conn, proxy) = (room.link, ProxyId::from_digest(&[1; 32]));
        room.core.handle(Input::RemoteGroup { conn, channel: network("room"), proxy, share }, room.now);
        let bytes = Record::Join { member: 5, id: IdSource::Choice("far") }.to_bytes();
        assert!(
            room.core
                .hear_stream(conn, &mut room.reader, &mut &*bytes, &mut Turn::default(), room.now)
                .is_none()
        );
        room.take();
        room
    }

    fn join(&mut self, id: &str, framing: Framing) -> ConnId {
        let conn = self.conns.insert(());
        let peer = PeerId::chosen(id).expect("letters are an id");
        self.core.handle(Input::Reserve { conn, channel: network("room"), peer }, self.now);
        self.core
            .handle(Input::Join { conn, channel: network("room"), framing, knows_streams: false }, self.now);
        conn
    }

    /// All that the state machine wants, and what waits for each connection.
    fn take(&mut self) -> (Vec<Output>, Vec<Vec<u8>>) {
        let outputs = std::iter::from_fn(|| self.core.poll_output()).collect();
        let conns: Vec<ConnId> = self.conns.keys().collect();
        let waiting = conns.into_iter().map(|conn| {
            let bytes: Vec<u8> = self.core.waiting(conn).flatten().copied().collect();
            self.core.handle(Input::Wrote { conn, bytes: bytes.len() }, self.now);
            bytes
        });
        (outputs, waiting.collect())
    }

    fn say(&mut self, conn: ConnId, word: &Word, way: Way) {
        let (is_text, payload) = match word {
            Word::Text(text) => (true, text.as_bytes().to_vec()),
            Word::Binary(bytes) => (false, bytes.clone()),
            Word::Ping(_) | Word::Pong | Word::Close(_) | Word::Violation(_) => unreachable!("not said here"),
        };
        let input = match (way, word) {
            (Way::Inline, Word::Text(text)) => Input::Text { conn, text },
            (Way::Inline, _) => Input::Binary { conn, bytes: &payload },
            (Way::Elsewhere, _) => {
                let long = self.core.long_message(conn, is_text, payload.into(), self.now);
                assert_eq!(long.is_some(), is_text, "bytes are delivered at once");
                let Some(long) = long else { return };
                Input::Encoded { conn, message: long.encode() }
            }
        };
        self.core.handle(input, self.now);
    }

    /// The record comes in pieces of this length, which are given away where that is allowed. Gives how many
    /// messages were encoded elsewhere: none of a record that comes whole.
    fn hear(&mut self, record: &Record<'_>, length: usize, gives: bool) -> usize {
        let (conn, bytes) = (self.link, record.to_bytes());
        let (mut count, mut given) = (0, 0);
        for mut piece in bytes.chunks(length) {
            if gives {
                let framed = [&[0; 3], piece].concat();
                if self.core.take_piece(conn, &mut self.reader, framed, 3, self.now).is_ok() {
                    given += 1;
                    continue;
                }
            }
            while !piece.is_empty() {
                let long =
                    self.core.hear_stream(conn, &mut self.reader, &mut piece, &mut Turn::default(), self.now);
                if let Some(long) = long {
                    count += 1;
                    self.core.handle(Input::Encoded { conn, message: long.encode() }, self.now);
                }
            }
        }
        // All but the first and the last.
        assert!(!gives || given == bytes.len().div_ceil(length) - 2, "{given} pieces were taken");
        count
    }
}

/// Data of every kind.
fn data(len: usize) -> [String; 5] {
    [
        format!("\"{}\"", "x".repeat(len)),
        format!("\"{}\"", "\\u0001".repeat(len / 4)),
        format!("[{}1]", "1,".repeat(len / 2 - 1)),
        format!("\"{}\"", "\u{e4}".repeat(len / 2)),
        format!("[{}]", "x".repeat(len)),
    ]
}

fn words(len: usize) -> Vec<Word> {
    let mut words: Vec<Word> = data(len).iter().map(|data| Word::broadcast(data)).collect();
    for target in ["other", "raw0", "far~aeaqcaibaeaqcaibaeaqcaibae", "nobody", "speaker", "\\\"", ""] {
        words.extend(data(len).iter().map(|data| Word::message(target, data)));
        words.push(Word::binary_message(target, &vec![7; len]));
    }
    words.push(Word::binary_broadcast(&vec![7; len]));
    words.push(Word::Binary(vec![9; len]));
    words.push(Word::Text(format!(r#"{{"action":"status","x":"{}"}}"#, "x".repeat(len))));
    words
}

/// Whatever a client says, everybody is told the same, whichever way it comes.
#[test]
fn what_a_client_says_is_the_same_both_ways() {
    for raw in [0, 2] {
        for word in [40, MAX + 1].into_iter().flat_map(words) {
            for is_raw in [false, true] {
                let [one, two] = [Way::Inline, Way::Elsewhere].map(|way| {
                    let mut room = Room::new(raw);
                    let speaker = if is_raw && raw > 0 { room.raw } else { room.speaker };
                    room.say(speaker, &word, way);
                    room.take()
                });
                assert!(one == two, "{:.80?}", word);
                assert!(one.1.iter().any(|bytes| !bytes.is_empty()), "{:.80?} does nothing", word);
            }
        }
    }
}

#[test]
fn a_text_that_is_no_text_closes() {
    let mut room = Room::new(0);
    let long =
        room.core.long_message(room.speaker, true, vec![0xff; MAX].into(), room.now).expect("it is heard");
    room.core.handle(Input::Encoded { conn: room.speaker, message: long.encode() }, room.now);
    let (outputs, waiting) = room.take();
    assert!(outputs.contains(&Output::Finish { conn: room.speaker }), "{outputs:?}");
    assert_eq!(waiting[0][2..4], 1007_u16.to_be_bytes());
}

#[test]
fn what_another_proxy_says_is_the_same_both_ways() {
    for text in data(MAX) {
        let payloads = [Payload::Json(&text), Payload::Text(&text), Payload::Binary(text.as_bytes())];
        for payload in payloads {
            let broadcast = |member| Record::Broadcast { member, payload };
            let message = |member, target| Record::Message { member, target, payload };
            for record in
                [broadcast(5), message(5, 1), message(5, 2), message(5, 77), broadcast(6), message(6, 1)]
            {
                let ways = [(usize::MAX, false), (LINK_PIECE_MAX, false), (LINK_PIECE_MAX, true)];
                let [one, two, three] = ways.map(|(length, gives)| {
                    let mut room = Room::new(2);
                    let count = room.hear(&record, length, gives);
                    (count, room.take())
                });
                assert!(two == three, "{record:.80?}");
                let is_heard = matches!(
                    record,
                    Record::Broadcast { member: 5, .. } | Record::Message { member: 5, target: 1 | 2, .. }
                );
                // What nobody hears is not read, so nobody finds that it is no JSON.
                let is_read = is_heard
                    || !matches!(payload, Payload::Json(text) if nws_protocol::Json::new(text).is_none());
                assert!(one.1 == two.1 || !is_read, "{record:.80?}");
                let is_encoded = is_heard && !matches!(payload, Payload::Binary(_));
                assert_eq!((one.0, two.0), (0, usize::from(is_encoded)), "{:.80?}", record);
            }
        }
    }
}

/// A message to somebody who came after it, in a framing that nobody had, is not lost in silence.
#[test]
fn whoever_came_later_is_unknown_to_the_message() {
    let mut room = Room::new(0);
    let Word::Text(text) = Word::message("late", &data(MAX)[0]) else { unreachable!("it is one") };
    let long = room.core.long_message(room.speaker, true, text.into_bytes().into(), room.now);
    let message = long.expect("it is heard").encode();
    let late = room.join("late", Framing::Raw);
    room.take();
    room.core.handle(Input::Encoded { conn: room.speaker, message }, room.now);
    let [told, heard] = [room.speaker, late].map(|conn| room.core.waiting(conn).flatten().copied().collect());
    let (told, heard): (Vec<u8>, Vec<u8>) = (told, heard);
    assert!(String::from_utf8_lossy(&told).contains("unknown-target") && heard.is_empty());
}

/// Who speaks is asked when it comes, and who is there when it is handed out.
#[test]
fn whoever_goes_meanwhile_is_not_missed() {
    for gone in ["speaker", "other", "link"] {
        let mut room = Room::new(1);
        let word = Word::broadcast(&data(MAX)[0]);
        let Word::Text(text) = word else { unreachable!("it is one") };
        let long = room.core.long_message(room.speaker, true, text.into_bytes().into(), room.now);
        let message = long.expect("it is heard").encode();
        let conns: Vec<ConnId> = room.conns.keys().collect();
        let conn = match gone {
            "speaker" => room.speaker,
            "other" => conns[1],
            _ => room.link,
        };
        room.core.handle(Input::Gone { conn }, room.now);
        room.take();
        room.core.handle(Input::Encoded { conn: room.speaker, message }, room.now);
        let waiting = room.take().1;
        let heard: Vec<bool> = waiting.iter().map(|bytes| !bytes.is_empty()).collect();
        let expected = match gone {
            "speaker" => [false; 4],
            "other" => [false, false, true, true],
            _ => [false, true, true, false],
        };
        assert_eq!(heard, expected, "{gone} has gone");
    }
}

/// A long message of another proxy counts as kept by its link until it is delivered.
#[test]
fn a_message_that_is_being_encoded_counts() {
    let mut room = Room::new(0);
    let before = room.account.total();
    let text = format!("\"{}\"", "x".repeat(MAX));
    let bytes = Record::Broadcast { member: 5, payload: Payload::Json(&text) }.to_bytes();
    let mut long = None;
    for mut piece in bytes.chunks(LINK_PIECE_MAX) {
        while !piece.is_empty() {
            assert!(long.is_none(), "it is complete with the last piece");
            let turn = &mut Turn::default();
            long = room.core.hear_stream(room.link, &mut room.reader, &mut piece, turn, room.now);
        }
    }
    let message = long.expect("a long message").encode();
    assert!(room.account.total() >= before + MAX, "{}", room.account.total());
    room.core.handle(Input::Encoded { conn: room.link, message }, room.now);
    assert_eq!(room.account.total(), before);
}

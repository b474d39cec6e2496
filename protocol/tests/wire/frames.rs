//! The frames of a link: against tungstenite in both roles, and against themselves in pieces.

use std::io::{self, Read, Write};

use nws_protocol::websocket::{
    FrameReader, Opcode, Sender, Violation, WholeFrame, apply_mask, write_header, write_masked_header,
};
use proptest::collection::vec;
use proptest::prelude::*;
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Message, WebSocket};

const MAX: usize = 70_000;
const MASK: [u8; 4] = [1, 20, 150, 255];

/// A frame as `sender` writes it.
fn written(sender: Sender, WholeFrame { opcode, payload }: &WholeFrame) -> Vec<u8> {
    let (mut out, mut payload) = (Vec::new(), payload.clone());
    match sender {
        Sender::Client => {
            write_masked_header(&mut out, *opcode, payload.len(), MASK);
            // In two parts.
            let third = payload.len() / 3;
            let (first, rest) = payload.split_at_mut(third);
            apply_mask(first, MASK, 0);
            apply_mask(rest, MASK, first.len());
        }
        Sender::Server => write_header(&mut out, *opcode, payload.len()),
    }
    [out, payload].concat()
}

/// What a reader makes of `stream` in pieces, whose lengths `cuts` gives in turn, and how it ends.
fn read(sender: Sender, mut stream: &[u8], cuts: &[usize]) -> (Vec<WholeFrame>, Option<Violation>) {
    let (mut reader, mut frames) = (FrameReader::new(sender, MAX), Vec::new());
    let mut cuts = cuts.iter().cycle();
    while !stream.is_empty() {
        let cut = cuts.next().map_or(stream.len(), |&cut| cut.clamp(1, stream.len()));
        let mut input = &stream[..cut];
        stream = &stream[cut..];
        loop {
            match reader.next(&mut input) {
                Ok(Some(frame)) => {
                    assert_eq!(frame.payload.len(), frame.payload.capacity());
                    frames.push(frame);
                }
                Ok(None) => break,
                Err(violation) => return (frames, Some(violation)),
            }
        }
        assert!(input.is_empty(), "the reader left input behind");
    }
    (frames, None)
}

fn frame() -> impl Strategy<Value = WholeFrame> {
    let lengths = prop_oneof![0..130_usize, 65_500..65_600_usize];
    let message = (lengths, any::<u8>(), any::<bool>()).prop_map(|(length, first, is_text)| {
        let payload = (0..length).map(|index| index as u8 ^ first).collect();
        match is_text {
            true => WholeFrame { opcode: Opcode::Text, payload: vec![b'a' + first % 26; length] },
            false => WholeFrame { opcode: Opcode::Binary, payload },
        }
    });
    let control = (vec(any::<u8>(), 0..=125), any::<bool>()).prop_map(|(payload, is_ping)| WholeFrame {
        opcode: if is_ping { Opcode::Ping } else { Opcode::Pong },
        payload,
    });
    prop_oneof![2 => message, 1 => control]
}

fn sender() -> impl Strategy<Value = Sender> {
    prop_oneof![Just(Sender::Client), Just(Sender::Server)]
}

/// A connection whose other end has said `.0` and waits. What is written to it is in `.1`.
struct Wire<'a>(&'a [u8], Vec<u8>);

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.0.is_empty() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        self.0.read(buffer)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// tungstenite, in the role of whoever hears `sender` or is it.
fn tungstenite(stream: &[u8], role: Role) -> WebSocket<Wire<'_>> {
    let config = WebSocketConfig::default().max_frame_size(Some(MAX)).max_message_size(Some(MAX));
    WebSocket::from_raw_socket(Wire(stream, Vec::new()), role, Some(config))
}

fn message(WholeFrame { opcode, payload }: &WholeFrame) -> Message {
    match opcode {
        Opcode::Text => Message::text(String::from_utf8(payload.clone()).expect("it is a text")),
        Opcode::Ping => Message::Ping(payload.clone().into()),
        Opcode::Pong => Message::Pong(payload.clone().into()),
        Opcode::Binary | Opcode::Close | Opcode::Continuation => Message::binary(payload.clone()),
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(sender in sender(), frames in vec(frame(), 0..6), cuts in vec(1..70_000_usize, 1..4)) {
        let stream: Vec<u8> = frames.iter().flat_map(|frame| written(sender, frame)).collect();
        prop_assert_eq!(read(sender, &stream, &cuts), (frames.clone(), None));
        let short: Vec<_> = frames.into_iter().filter(|frame| frame.payload.len() < 1000).collect();
        let stream: Vec<u8> = short.iter().flat_map(|frame| written(sender, frame)).collect();
        prop_assert_eq!(read(sender, &stream, &[1]), (short, None));
    }

    #[test]
    fn tungstenite_reads_what_is_written(sender in sender(), frames in vec(frame(), 0..6)) {
        let stream: Vec<u8> = frames.iter().flat_map(|frame| written(sender, frame)).collect();
        let role = if sender == Sender::Client { Role::Server } else { Role::Client };
        let mut socket = tungstenite(&stream, role);
        for frame in &frames {
            prop_assert_eq!(socket.read().expect("a message"), message(frame));
        }
    }

    #[test]
    fn what_tungstenite_writes_is_read(sender in sender(), frames in vec(frame(), 0..6)) {
        let role = if sender == Sender::Client { Role::Client } else { Role::Server };
        let mut socket = tungstenite(&[], role);
        for frame in &frames {
            socket.send(message(frame)).expect("it is written");
        }
        prop_assert_eq!(read(sender, &socket.get_ref().1, &[]), (frames, None));
    }

    #[test]
    fn cuts_do_not_matter(sender in sender(), stream in vec(any::<u8>(), 0..400), cuts in vec(1..20_usize, 1..4)) {
        prop_assert_eq!(read(sender, &stream, &cuts), read(sender, &stream, &[]));
    }
}

#[test]
fn faults_are_found_in_the_header() {
    let long = (MAX as u64 + 1).to_be_bytes();
    let cases: [(Sender, &[u8], &str); 8] = [
        (Sender::Server, &[0x02, 1], "a message of a link must be one frame"),
        (Sender::Server, &[0x80, 1], "a message of a link must be one frame"),
        (Sender::Server, &[0x82, 0x81], "a server's frame must not be masked"),
        (Sender::Client, &[0x82, 1], "a client's frame must be masked"),
        (Sender::Server, &[0xc2, 1], "a reserved bit is set"),
        (Sender::Server, &[0x83, 1], "the opcode is reserved"),
        (Sender::Server, &[0x89, 126, 0, 126], "a control frame is too long"),
        (Sender::Server, &[&[0x82, 127], &long[..]].concat(), "the message is too big"),
    ];
    for (sender, header, reason) in cases {
        let (frames, violation) = read(sender, header, &[]);
        assert_eq!((frames, violation.map(|it| it.reason)), (vec![], Some(reason)), "{header:?}");
    }
}

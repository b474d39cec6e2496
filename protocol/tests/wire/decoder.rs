//! The WebSocket decoder: against what was meant, against tungstenite, against itself.

use nws_protocol::websocket::{Decoder, Event, Opcode, write_close, write_frame};
use nws_protocol::{CloseCode, limits};
use proptest::collection::vec;
use proptest::prelude::*;
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Message, WebSocket};

use crate::client::{self, BINARY, CONTINUATION, Frame, LAST, PING, TEXT};
use crate::properties::oracle::{Agreement, agreement};
use crate::properties::transcript::{End, Said, Transcript};
use crate::streams::{MESSAGE_MAX, Turn, broken, corrupted, valid};

fn whole(stream: &[u8]) -> Transcript {
    Transcript::of(stream, &[], MESSAGE_MAX)
}

fn frames_of(turns: &[Turn]) -> Vec<u8> {
    client::bytes(&turns.iter().flat_map(|turn| turn.frames.clone()).collect::<Vec<_>>())
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![Just(vec![1]), vec(1..20_usize, 1..5), vec(1..100_000_usize, 1..5)]
}

proptest! {
    #[test]
    fn what_is_said_is_heard(turns in valid(), cuts in cuts()) {
        let said: Vec<_> = turns.iter().flat_map(|turn| turn.said.clone()).collect();
        let expected = Transcript { said, end: End::Open };
        prop_assert_eq!(Transcript::of(&frames_of(&turns), &cuts, MESSAGE_MAX), expected);
    }

    #[test]
    fn tungstenite_agrees_on_valid_streams(turns in valid()) {
        prop_assert_eq!(agreement(&frames_of(&turns), MESSAGE_MAX), Agreement::Same);
    }

    #[test]
    fn tungstenite_agrees_on_faults(stream in broken()) {
        prop_assert_ne!(agreement(&stream.0, MESSAGE_MAX), Agreement::HeaderSuffices);
    }

    #[test]
    fn tungstenite_agrees_on_corrupted_streams(stream in corrupted()) {
        agreement(&stream.0, MESSAGE_MAX);
    }

    #[test]
    fn tungstenite_agrees_on_noise(stream in vec(any::<u8>(), 0..400), message_max in 125..400_usize) {
        agreement(&stream, message_max);
    }

    #[test]
    fn cuts_do_not_matter(stream in corrupted(), cuts in cuts()) {
        prop_assert_eq!(Transcript::of(&stream.0, &cuts, MESSAGE_MAX), whole(&stream.0));
    }

    #[test]
    fn tungstenite_reads_what_we_write(
        parts in vec(vec(any::<u8>(), 0..70), 3), filler in prop_oneof![Just(0), Just(65_400_usize)],
    ) {
        let filler = vec![7; filler];
        let payload = [&filler, &*parts[0], &*parts[1], &*parts[2]].concat();
        let mut frames = Vec::new();
        write_frame(&mut frames, Opcode::Binary, [&filler, &parts[0], &parts[1], &parts[2]]);
        write_frame(&mut frames, Opcode::Ping, [&parts[0]]);
        write_close(&mut frames, CloseCode::TooBig, "too big");
        let mut socket = WebSocket::from_raw_socket(
            std::io::Cursor::new(frames), Role::Client, Some(WebSocketConfig::default()),
        );
        prop_assert_eq!(socket.read().expect("binary"), Message::Binary(payload.into()));
        prop_assert_eq!(socket.read().expect("ping"), Message::Ping(parts[0].clone().into()));
        let Ok(Message::Close(Some(close))) = socket.read() else { panic!("a close frame") };
        prop_assert_eq!((u16::from(close.code), close.reason.as_str()), (1009, "too big"));
    }
}

#[test]
fn a_fault_shows_before_the_payload() {
    let starts: [(&[u8], u16); 7] = [
        (b"\x81\x05", 1002),                                     // not masked
        (b"\xc1\xff", 1002),                                     // a reserved bit
        (b"\x83\xff", 1002),                                     // a reserved opcode
        (b"\x09\x80", 1002),                                     // a fragmented ping
        (b"\x89\xfe\x00\x7e0000", 1002),                         // a long ping
        (b"\x80\x80", 1002),                                     // nothing to continue
        (b"\x82\xff\x80\x00\x00\x00\x00\x00\x00\x000000", 1009), // a length beyond i64
    ];
    for (start, code) in starts {
        assert_eq!(whole(start).end, End::Failed(code), "{start:x?}");
    }
}

#[test]
fn the_limit_is_for_the_message() {
    let frames = |sizes: &[usize]| {
        let parts: Vec<_> = sizes.iter().map(|&size| vec![0; size]).collect();
        client::bytes(&Frame::message(BINARY, &parts))
    };
    let end = |sizes: &[usize]| Transcript::of(&frames(sizes), &[], 1000).end;
    assert_eq!(end(&[1000]), End::Open);
    assert_eq!(end(&[1001]), End::Failed(1009));
    assert_eq!(end(&[600, 400, 0]), End::Open);
    assert_eq!(end(&[600, 400, 1]), End::Failed(1009));
    assert_eq!(Transcript::of(&frames(&[0, 0]), &[], 0).end, End::Open);
}

#[test]
fn a_control_frame_in_a_full_message_is_no_excess() {
    let mut frames = Frame::message(BINARY, &[[0; 10], [1; 10]]);
    frames.insert(1, Frame::last(PING, [2; 125]));
    let heard = Transcript::of(&client::bytes(&frames), &[3], 20);
    let message = [[0; 10], [1; 10]].concat();
    assert_eq!(heard.said, [Said::Ping(vec![2; 125]), Said::Binary(message)]);
}

/// A header alone must not make us take memory for what it announces; `Transcript` checks that.
#[test]
fn announced_is_not_held() {
    let max = limits::MESSAGE_MAX;
    let mut stream = client::bytes(&[Frame::last(BINARY, vec![0; max])]);
    stream.truncate(20);
    assert_eq!(Transcript::of(&stream, &[1], max).end, End::Open);
    let many: Vec<_> =
        (0..max).step_by(1000).map(|_| Frame { first: CONTINUATION, ..Frame::last(0, [0; 1000]) }).collect();
    let start = Frame { first: BINARY, ..Frame::last(0, "") };
    let stream = client::bytes(&[vec![start], many].concat());
    assert_eq!(Transcript::of(&stream, &[997], max).end, End::Failed(1009));
}

#[test]
fn what_is_over_is_not_held() {
    let max = limits::MESSAGE_MAX;
    let mut decoder = Decoder::new(max);
    let mut stream = client::bytes(&[Frame::last(BINARY, vec![0; max])]);
    let (mut start, mut end) = stream.split_at_mut(max / 2);
    assert_eq!(decoder.next(&mut start), Ok(None));
    assert!(matches!(decoder.next(&mut end), Ok(Some(Event::Binary(_)))));
    assert_eq!(decoder.next(&mut end), Ok(None));
    assert!(decoder.buffered() <= 4 * 1024);
}

#[test]
fn a_text_is_judged_when_it_is_whole() {
    let mut frames = Frame::message(TEXT, &[b"\xff".as_slice(), b"x"]);
    frames.insert(1, Frame::last(PING, "still there?"));
    let heard = whole(&client::bytes(&frames));
    assert_eq!(
        heard,
        Transcript { said: vec![Said::Ping(b"still there?".to_vec())], end: End::Failed(1007) }
    );
    assert_eq!(agreement(&client::bytes(&frames), MESSAGE_MAX), Agreement::TextJudgedWhole);
}

#[test]
fn a_character_may_be_cut_by_frames() {
    let frames = Frame::message(TEXT, &[b"\xf0\x9f".as_slice(), b"", b"\x98\x80"]);
    assert_eq!(whole(&client::bytes(&frames)).said, [Said::Text("😀".into())]);
}

#[test]
fn closes() {
    let end = |frame: Frame| whole(&client::bytes(&[frame])).end;
    assert_eq!(end(Frame::last(client::CLOSE, "")), End::Closed(None));
    assert_eq!(end(Frame::last(client::CLOSE, "x")), End::Failed(1002));
    assert_eq!(end(Frame::close(1000, b"\xff")), End::Failed(1007));
    for code in 0..=u16::MAX {
        let valid = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
        let expected = if valid { End::Closed(Some(code)) } else { End::Failed(1002) };
        assert_eq!(end(Frame::close(code, b"bye")), expected);
    }
}

#[test]
fn a_length_may_stand_in_more_bytes_than_it_needs() {
    for length in [client::Length::Two, client::Length::Eight] {
        let frame = Frame { first: LAST | TEXT, length, ..Frame::last(0, "hi") };
        let stream = client::bytes(&[frame]);
        assert_eq!(whole(&stream).said, [Said::Text("hi".into())]);
        assert_eq!(agreement(&stream, MESSAGE_MAX), Agreement::Same);
    }
}

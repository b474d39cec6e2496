//! Streams that clients could send, for proptest.

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::client::{self, BINARY, CLOSE, CONTINUATION, Frame, LAST, Length, PING, PONG, TEXT};
use crate::properties::transcript::Said;

/// The limit of the decoders that read these streams.
pub(crate) const MESSAGE_MAX: usize = 66_000;

/// What a client wants to say, and the frames in which it says so.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) frames: Vec<Frame>,
    pub(crate) said: Vec<Said>,
}

/// Bytes that are cut short when they are shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Stream(pub(crate) Vec<u8>);

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.0[..self.0.len().min(300)];
        write!(f, "{} B: {}", self.0.len(), shown.escape_ascii())
    }
}

/// A client that keeps the rules and does not close.
pub(crate) fn valid() -> impl Strategy<Value = Vec<Turn>> {
    vec(prop_oneof![3 => message(), 1 => control()], 0..6)
}

/// A client that breaks a rule in a random place.
pub(crate) fn broken() -> impl Strategy<Value = Stream> {
    (valid(), prop_oneof![fault(), close()], message(), any::<prop::sample::Index>()).prop_map(
        |(turns, fault, after, place)| {
            let mut frames: Vec<_> = turns.into_iter().flat_map(|turn| turn.frames).collect();
            let place = place.index(frames.len() + 1);
            frames.splice(place..place, fault);
            frames.extend(after.frames);
            Stream(client::bytes(&frames))
        },
    )
}

/// Bytes changed, lost and repeated.
pub(crate) fn corrupted() -> impl Strategy<Value = Stream> {
    let change = (any::<prop::sample::Index>(), 0..4_u8, any::<u8>());
    (broken(), vec(change, 0..4)).prop_map(|(Stream(mut stream), changes)| {
        for (place, kind, byte) in changes {
            let place = place.index(stream.len() + 1);
            match (kind, stream.get_mut(place)) {
                (0, _) => stream.truncate(place),
                (1, _) => stream.insert(place, byte),
                (2, Some(old)) => *old = byte,
                (_, Some(old)) => *old ^= 1 << (byte % 8),
                (_, None) => {}
            }
        }
        Stream(stream)
    })
}

fn message() -> impl Strategy<Value = Turn> {
    let between = vec(prop::option::weighted(0.3, control()), 4);
    let shape = (any::<[u8; 4]>(), length());
    (prop_oneof![text(), binary()], vec(any::<prop::sample::Index>(), 0..4), between, shape).prop_map(
        |((opcode, content), cuts, between, (mask, length))| {
            let frames = Frame::message(opcode, &split(&content, &cuts));
            let mut turn = Turn { frames: Vec::new(), said: Vec::new() };
            for (frame, between) in frames.into_iter().zip(between) {
                turn.frames.push(Frame { mask: Some(mask), length, ..frame });
                if let Some(control) = between.filter(|_| turn.frames.last().is_some_and(goes_on)) {
                    turn.frames.extend(control.frames);
                    turn.said.extend(control.said);
                }
            }
            turn.said.push(match opcode {
                TEXT => Said::Text(String::from_utf8(content).expect("made of chars")),
                _ => Said::Binary(content),
            });
            turn
        },
    )
}

fn goes_on(frame: &Frame) -> bool {
    frame.first & LAST == 0
}

fn split(content: &[u8], cuts: &[prop::sample::Index]) -> Vec<Vec<u8>> {
    let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(content.len() + 1)).collect();
    cuts.sort_unstable();
    let ends = cuts.iter().copied().chain([content.len()]);
    let starts = [0].into_iter().chain(cuts.iter().copied());
    starts.zip(ends).map(|(start, end)| content[start..end].to_vec()).collect()
}

fn text() -> impl Strategy<Value = (u8, Vec<u8>)> {
    let short = vec(any::<char>(), 0..20).prop_map(String::from_iter);
    let long = (size(), prop::sample::select(vec!['a', 'ä', '€', '😀']))
        .prop_map(|(size, c)| c.to_string().repeat(size / c.len_utf8()));
    prop_oneof![3 => short, 1 => long].prop_map(|text| (TEXT, text.into_bytes()))
}

fn binary() -> impl Strategy<Value = (u8, Vec<u8>)> {
    let long = (size(), any::<u8>()).prop_map(|(size, byte)| vec![byte; size]);
    prop_oneof![3 => vec(any::<u8>(), 0..20), 1 => long].prop_map(|bytes| (BINARY, bytes))
}

/// Sizes around those at which a header grows, and around the limit.
fn size() -> impl Strategy<Value = usize> {
    prop_oneof![6 => 120..130_usize, 1 => 0xfffe..0x1_0002_usize, 1 => MESSAGE_MAX - 3..=MESSAGE_MAX]
}

fn length() -> impl Strategy<Value = Length> {
    prop_oneof![8 => Just(Length::Shortest), 1 => Just(Length::Two), 1 => Just(Length::Eight)]
}

fn control() -> impl Strategy<Value = Turn> {
    let payload = prop_oneof![3 => vec(any::<u8>(), 0..20), 1 => vec(any::<u8>(), 120..=125)];
    (payload, any::<bool>(), length()).prop_map(|(payload, ping, length)| {
        let opcode = if ping { PING } else { PONG };
        let said = if ping { Said::Ping(payload.clone()) } else { Said::Pong };
        Turn { frames: vec![Frame { length, ..Frame::last(opcode, payload) }], said: vec![said] }
    })
}

fn close() -> BoxedStrategy<Vec<Frame>> {
    let code = prop_oneof![1 => any::<u16>(), 4 => 995..1020_u16, 2 => 2995..5005_u16];
    let reason = prop_oneof![3 => ".{0,30}".prop_map(String::into_bytes), 1 => vec(any::<u8>(), 0..9)];
    let whole = (code, reason).prop_map(|(code, reason)| Frame::close(code, &reason));
    let short = vec(any::<u8>(), 0..2).prop_map(|payload| Frame::last(CLOSE, payload));
    prop_oneof![4 => whole, 1 => short].prop_map(|frame| vec![frame]).boxed()
}

/// Frames with one fault each, or, within a message, two.
fn fault() -> BoxedStrategy<Vec<Frame>> {
    let any_frame = (prop::sample::select(vec![TEXT, BINARY, PING, PONG]), vec(any::<u8>(), 0..9))
        .prop_map(|(opcode, payload)| Frame::last(opcode, payload));
    let reserved_bits = (any_frame.clone(), 1..8_u8)
        .prop_map(|(frame, bits)| Frame { first: frame.first | bits << 4, ..frame });
    let reserved_opcode =
        (any_frame.clone(), prop::sample::select(vec![3_u8, 4, 5, 6, 7, 11, 12, 13, 14, 15]))
            .prop_map(|(frame, opcode)| Frame { first: LAST | opcode, ..frame });
    let not_masked = any_frame.prop_map(|frame| Frame { mask: None, ..frame });
    let control = prop::sample::select(vec![CLOSE, PING, PONG]);
    let fragmented_control = control.clone().prop_map(|opcode| Frame { first: opcode, ..Frame::last(0, "") });
    let long_control =
        (control, 126..200_usize).prop_map(|(opcode, len)| Frame::last(opcode, vec![b'x'; len]));
    let nothing_to_continue = any::<bool>()
        .prop_map(|last| Frame { first: CONTINUATION | u8::from(last) << 7, ..Frame::last(0, "x") });
    let unfinished =
        any::<bool>().prop_map(|text| Frame { first: u8::from(!text) + TEXT, ..Frame::last(0, "x") });
    let too_long = (MESSAGE_MAX + 1..MESSAGE_MAX + 5).prop_map(|len| Frame::last(BINARY, vec![0; len]));
    let not_utf8 = vec(0x80..=0xff_u8, 1..9).prop_map(|bytes| Frame::last(TEXT, bytes));
    prop_oneof![
        reserved_bits,
        reserved_opcode,
        not_masked,
        fragmented_control,
        long_control,
        nothing_to_continue,
        unfinished,
        too_long,
        not_utf8,
    ]
    .prop_map(|frame| vec![frame])
    .boxed()
}

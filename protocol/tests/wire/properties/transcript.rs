//! What a decoder makes of a stream of bytes.

use nws_protocol::websocket::{Decoder, Event, Violation, utf8};

/// Everything that was said, and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Transcript {
    pub(crate) said: Vec<Said>,
    pub(crate) end: End,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// More may come.
    Open,
    /// The client closed.
    Closed(Option<u16>),
    /// The client is to be closed with this code.
    Failed(u16),
}

impl Transcript {
    /// Feeds `stream` to our decoder in pieces, whose lengths `cuts` gives in turn, over and over. Half of what a
    /// message may have is given away without being judged.
    pub(crate) fn of(stream: &[u8], cuts: &[usize], message_max: usize) -> Self {
        let mut decoder = Decoder::new(message_max).judging(message_max / 2);
        let mut said = Vec::new();
        let mut fed = 0;
        for mut piece in pieces(stream, cuts) {
            fed += piece.len();
            let mut input = piece.as_mut_slice();
            loop {
                let end = match decoder.next(&mut input) {
                    Ok(None) => break,
                    Ok(Some(Event::Close(code))) => Some(End::Closed(code)),
                    Ok(Some(Event::Long { is_text, payload })) => {
                        match judge(is_text, payload.into_bytes()) {
                            Ok(message) => {
                                said.push(message);
                                None
                            }
                            Err(violation) => Some(End::Failed(violation.code.number())),
                        }
                    }
                    Ok(Some(event)) => {
                        said.extend(Said::from_event(event));
                        None
                    }
                    Err(violation) => Some(End::Failed(violation.code.number())),
                };
                if let Some(end) = end {
                    provoke(&mut decoder, &mut input);
                    return Self { said, end };
                }
                assert_bounded(&decoder, fed, message_max);
            }
            assert!(input.is_empty(), "the decoder left input behind");
            assert_bounded(&decoder, fed, message_max);
        }
        Self { said, end: End::Open }
    }
}

impl Said {
    fn from_event(event: Event<'_>) -> Option<Self> {
        match event {
            Event::Text(text) => Some(Self::Text(text.to_owned())),
            Event::Binary(bytes) => Some(Self::Binary(bytes.to_vec())),
            Event::Ping(payload) => Some(Self::Ping(payload.to_vec())),
            Event::Pong => Some(Self::Pong),
            Event::Long { .. } | Event::Close(_) => None,
        }
    }

    pub(crate) const fn is_control(&self) -> bool {
        matches!(self, Self::Ping(_) | Self::Pong)
    }
}

/// What whoever gets a long message has to do.
fn judge(is_text: bool, payload: Vec<u8>) -> Result<Said, Violation> {
    if !is_text {
        return Ok(Said::Binary(payload));
    }
    utf8(&payload).map(|text| Said::Text(text.to_owned()))
}

fn pieces(stream: &[u8], cuts: &[usize]) -> Vec<Vec<u8>> {
    let mut rest = stream;
    let mut cuts = cuts.iter().cycle();
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let len = cuts.next().map_or(rest.len(), |&cut| cut.clamp(1, rest.len()));
        let (piece, tail) = rest.split_at(len);
        pieces.push(piece.to_vec());
        rest = tail;
    }
    pieces
}

/// Nobody should go on after the end, but it must do no harm.
fn provoke(decoder: &mut Decoder, input: &mut &mut [u8]) {
    for _ in 0..3 {
        let mut copy = input.to_vec();
        let _ = decoder.next(&mut copy.as_mut_slice());
    }
}

/// What the documentation of the decoder promises.
fn assert_bounded(decoder: &Decoder, fed: usize, message_max: usize) {
    const SLACK: usize = 4 * 1024;
    assert!(decoder.buffered() <= message_max + SLACK, "{} B are held", decoder.buffered());
    assert!(decoder.buffered() <= 2 * fed + SLACK, "{} B are held for {fed}", decoder.buffered());
}

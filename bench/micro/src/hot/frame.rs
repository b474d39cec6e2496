//! Reads a client's frame, and writes the proxy's.

use std::hint::black_box;

use nws_protocol::limits::MESSAGE_MAX;
use nws_protocol::structured::Notice;
use nws_protocol::websocket::{Decoder, Event};
use nws_protocol::{Json, PeerId, ProxyId};

use super::Call;

/// A mask that is not zero, so that there is something to unmask. It is below 0x20, so it turns
/// ASCII into other ASCII: the frame that one call has unmasked is, for the next call, a frame
/// masked in the same way.
const MASK: [u8; 4] = [1, 2, 3, 4];

/// Reads a text that is whole in the buffer of the socket.
pub(super) fn read<const PAYLOAD: usize>() -> Call {
    let mut frame = frame_of(PAYLOAD);
    let mut decoder = Decoder::new(MESSAGE_MAX);
    Box::new(move || {
        let mut input = black_box(frame.as_mut_slice());
        let event = decoder.next(&mut input);
        assert!(matches!(black_box(event), Ok(Some(Event::Text(_)))), "no text was read");
    })
}

fn peer(nonce: u8) -> PeerId {
    PeerId::generated(&ProxyId::from_digest(&[0; 32]), &[nonce; 16])
}

/// Writes the notice that a peer has come.
pub(super) fn write_connect() -> Call {
    let [you, peer] = [1, 2].map(peer);
    write(move |out| Notice::Connect { you: black_box(&you), peer: black_box(&peer) }.write_frame(out))
}

/// Writes the notice of what a peer says.
pub(super) fn write_broadcast<const DATA: usize>() -> Call {
    let source = peer(1);
    let text: &'static str = format!("\"{}\"", "x".repeat(DATA)).leak();
    let data = Json::new(text).expect("a string without escapes");
    write(move |out| Notice::Broadcast { source: black_box(&source), data: black_box(data) }.write_frame(out))
}

/// Writes into a buffer that is used again, as the proxy does.
fn write(notice: impl Fn(&mut Vec<u8>) + 'static) -> Call {
    let mut out = Vec::new();
    Box::new(move || {
        out.clear();
        notice(&mut out);
        black_box(out.as_slice());
    })
}

/// A client's text frame. Its length field is as long as it needs to be.
fn frame_of(payload: usize) -> Vec<u8> {
    let length = match payload {
        0..126 => vec![payload as u8],
        126..65536 => [&[126], (payload as u16).to_be_bytes().as_slice()].concat(),
        _ => [&[127], (payload as u64).to_be_bytes().as_slice()].concat(),
    };
    let text = (0..payload).map(|at| b'x' ^ MASK[at % MASK.len()]);
    let mut frame = [&[0x81], length.as_slice(), &MASK].concat();
    frame[1] |= 0x80;
    frame.extend(text);
    frame
}

//! Encodes what one client sends, and decodes what it receives.

mod arrival;
mod frame;
mod mask;
mod structured;
mod upgrade;

use nws_report::load::Framing;

pub(crate) use arrival::{Arrival, Broken, Data};

use frame::Opcode;
use mask::Masks;

/// The kinds of a binary frame's payload.
const BROADCAST: u8 = 1;
const MESSAGE: u8 = 2;
/// Bytes of the length before each unit, in the framing without WebSocket.
const LENGTH: usize = 4;

/// The state of one connection's protocol.
pub(crate) struct Wire {
    framing: Framing,
    is_joined: bool,
    masks: Masks,
}

impl Wire {
    /// `seed` makes its masks differ from those of other connections.
    pub(crate) fn new(framing: Framing, seed: u64) -> Self {
        Self { framing, is_joined: false, masks: Masks::new(seed) }
    }

    /// The first bytes of a connection.
    pub(crate) fn join(&mut self, host: &str, channel: &str, out: &mut Vec<u8>) {
        match self.framing {
            Framing::Tcp => write_length(&[channel.as_bytes()], out),
            Framing::Text | Framing::Binary => upgrade::write(host, channel, out),
        }
    }

    pub(crate) fn ask_name(&mut self, out: &mut Vec<u8>) {
        frame::write(Opcode::Text, &mut self.masks, &[br#"{"action":"status"}"#], out);
    }

    pub(crate) fn broadcast(&mut self, data: &[u8], out: &mut Vec<u8>) {
        match self.framing {
            Framing::Text => {
                frame::write(Opcode::Text, &mut self.masks, &structured::broadcast(data), out);
            }
            Framing::Binary => frame::write(Opcode::Binary, &mut self.masks, &[&[BROADCAST, 0], data], out),
            Framing::Tcp => write_length(&[data], out),
        }
    }

    /// A message to one peer. In a framing without ids, it goes to the only other peer.
    pub(crate) fn message(&mut self, target: &[u8], data: &[u8], out: &mut Vec<u8>) {
        match self.framing {
            Framing::Text => {
                frame::write(Opcode::Text, &mut self.masks, &structured::message(target, data), out);
            }
            Framing::Binary => {
                // An id has 91 bytes at most.
                let envelope = [MESSAGE, target.len() as u8];
                frame::write(Opcode::Binary, &mut self.masks, &[&envelope, target, data], out);
            }
            Framing::Tcp => write_length(&[data], out),
        }
    }

    pub(crate) fn pong(&mut self, payload: &[u8], out: &mut Vec<u8>) {
        frame::write(Opcode::Pong, &mut self.masks, &[payload], out);
    }

    /// The size of the unit at the front of `input`, once enough of it has come.
    pub(crate) fn size(&self, input: &[u8]) -> Result<Option<usize>, Broken> {
        match self.framing {
            Framing::Tcp => length_size(input),
            Framing::Text | Framing::Binary if self.is_joined => frame::size(input),
            Framing::Text | Framing::Binary => Ok(upgrade::size(input)),
        }
    }

    /// The meaning of a whole unit.
    pub(crate) fn read<'a>(&mut self, unit: &'a [u8]) -> Result<Arrival<'a>, Broken> {
        let was_joined = std::mem::replace(&mut self.is_joined, true);
        match self.framing {
            Framing::Tcp if was_joined => Ok(Arrival::Data(Data::bare(&unit[LENGTH..]))),
            Framing::Tcp if unit.len() == LENGTH => Ok(Arrival::Joined),
            Framing::Tcp => Err(Broken::Envelope),
            Framing::Text | Framing::Binary if was_joined => self.read_frame(unit),
            Framing::Text | Framing::Binary => upgrade::read(unit).map(|()| Arrival::Joined),
        }
    }

    fn read_frame<'a>(&self, unit: &'a [u8]) -> Result<Arrival<'a>, Broken> {
        let (opcode, payload) = frame::read(unit)?;
        match opcode {
            Opcode::Text => self.in_framing(structured::read(payload)?, Framing::Text),
            Opcode::Binary => self.in_framing(read_envelope(payload)?, Framing::Binary),
            Opcode::Ping => Ok(Arrival::Ping(payload)),
            Opcode::Pong => Ok(Arrival::Pong),
            Opcode::Close => {
                Ok(Arrival::Close(payload.first_chunk().map_or(1005, |code| u16::from_be_bytes(*code))))
            }
        }
    }

    fn in_framing<'a>(&self, arrival: Arrival<'a>, framing: Framing) -> Result<Arrival<'a>, Broken> {
        if matches!(arrival, Arrival::Data(_)) && self.framing != framing {
            return Err(Broken::OtherFraming);
        }
        Ok(arrival)
    }
}

/// `[kind][n][source: n bytes][payload]`
fn read_envelope(payload: &[u8]) -> Result<Arrival<'_>, Broken> {
    let ([kind, length], rest) = payload.split_first_chunk().ok_or(Broken::Envelope)?;
    let (source, data) = rest.split_at_checked(usize::from(*length)).ok_or(Broken::Envelope)?;
    if ![BROADCAST, MESSAGE].contains(kind) {
        return Err(Broken::Envelope);
    }
    let is_direct = Some(*kind == MESSAGE);
    Ok(Arrival::Data(Data { is_direct, source: Some(source.into()), target: None, data: data.into() }))
}

fn write_length(parts: &[&[u8]], out: &mut Vec<u8>) {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    out.extend_from_slice(&(length as u32).to_be_bytes());
    parts.iter().for_each(|part| out.extend_from_slice(part));
}

fn length_size(input: &[u8]) -> Result<Option<usize>, Broken> {
    let length = input.first_chunk().map(|length| u32::from_be_bytes(*length));
    length.map(|length| frame::bounded(length.into()).map(|length| length + LENGTH)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(framing: Framing) -> Wire {
        Wire { is_joined: true, ..Wire::new(framing, 1) }
    }

    fn from_server(opcode: u8, payload: &[u8]) -> Vec<u8> {
        [&[0x80 | opcode, payload.len() as u8], payload].concat()
    }

    #[test]
    fn binary_frames_carry_their_source() {
        let unit = from_server(2, b"\x02\x01ahi");
        let source = Some(b"a".as_slice().into());
        let data = Data { is_direct: Some(true), source, target: None, data: b"hi".as_slice().into() };
        assert_eq!(joined(Framing::Binary).read(&unit), Ok(Arrival::Data(data)));
    }

    #[test]
    fn envelopes_that_are_none_are_refused() {
        for payload in [&b""[..], b"\x01", b"\x03\x00hi", b"\x01\x05abcd"] {
            assert_eq!(joined(Framing::Binary).read(&from_server(2, payload)), Err(Broken::Envelope));
        }
    }

    #[test]
    fn payloads_come_in_the_framing_that_was_sent() {
        let binary = from_server(2, b"\x01\x01ahi");
        assert_eq!(joined(Framing::Text).read(&binary), Err(Broken::OtherFraming));
        let text = from_server(1, br#"{"action":"broadcast","source":"a","data":"hi"}"#);
        assert_eq!(joined(Framing::Binary).read(&text), Err(Broken::OtherFraming));
    }

    #[test]
    fn tcp_joins_with_an_empty_unit() {
        let mut wire = Wire::new(Framing::Tcp, 1);
        assert_eq!(wire.size(&[0, 0, 0]), Ok(None));
        assert_eq!(wire.size(&[0, 0, 0, 2, 1]), Ok(Some(6)));
        assert_eq!(wire.read(&[0; 4]), Ok(Arrival::Joined));
        assert_eq!(wire.read(b"\0\0\0\x02hi"), Ok(Arrival::Data(Data::bare(b"hi"))));
    }

    #[test]
    fn control_frames_are_told() {
        let mut wire = joined(Framing::Text);
        assert_eq!(wire.read(&from_server(9, b"x")), Ok(Arrival::Ping(b"x")));
        assert_eq!(wire.read(&from_server(8, b"\x03\xf5slow")), Ok(Arrival::Close(1013)));
    }
}

//! Messages that differ only at both ends, in a frame that is made once.

use anyhow::{Result, ensure};
use nws_protocol::binary::{Frame, Kind};
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Data, OpCode};

use super::MESSAGE;

/// A mask. Browsers never use one that is all zero, so this is not zero either.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
/// Bytes of the number, which is at both ends of a message.
const NUMBER: usize = 8;

/// A frame whose payload is rewritten only at both ends for each message.
pub(super) struct Messages {
    frame: Vec<u8>,
    /// The places in the frame where the payload and the masked part begin.
    payload: usize,
    masked: usize,
}

impl Messages {
    /// Makes messages to one peer, or to all.
    pub(super) fn new(target: Option<&str>) -> Result<Self> {
        let kind = if target.is_some() { Kind::Message } else { Kind::Broadcast };
        let said = Frame { kind, id: target.unwrap_or_default(), payload: &[0x5a; MESSAGE] }.to_bytes();
        let frame = masked(&said)?;
        Ok(Self { payload: frame.len() - MESSAGE, masked: frame.len() - said.len(), frame })
    }

    /// The frame of the message with this number.
    pub(super) fn number(&mut self, number: usize) -> &[u8] {
        for at in [self.payload, self.frame.len() - NUMBER] {
            for (at, byte) in (at..).zip((number as u64).to_be_bytes()) {
                self.frame[at] = byte ^ MASK[(at - self.masked) % MASK.len()];
            }
        }
        &self.frame
    }
}

/// A client's binary frame.
fn masked(payload: &[u8]) -> Result<Vec<u8>> {
    let header =
        FrameHeader { opcode: OpCode::Data(Data::Binary), mask: Some(MASK), ..FrameHeader::default() };
    let mut frame = Vec::new();
    header.format(payload.len() as u64, &mut frame)?;
    frame.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key));
    Ok(frame)
}

/// Checks that what came from `source` is the message with this number.
pub(super) fn check(payload: &[u8], source: &str, is_broadcast: bool, number: usize) -> Result<()> {
    let kind = if is_broadcast { Kind::Broadcast } else { Kind::Message };
    let ends = (number as u64).to_be_bytes();
    let found = Frame::parse(payload)?;
    ensure!(
        (found.kind, found.id) == (kind, source)
            && found.payload.len() == MESSAGE
            && found.payload.starts_with(&ends)
            && found.payload.ends_with(&ends),
        "a frame of {} bytes is not message {number}",
        payload.len()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// The frame as the proxy passes it on: unmasked, and with the source in the place of the
    /// target.
    fn passed(frame: &[u8]) -> Vec<u8> {
        let mut cursor = Cursor::new(frame);
        let (header, length) = FrameHeader::parse(&mut cursor).unwrap().unwrap();
        let masked = &frame[cursor.position() as usize..];
        assert_eq!(masked.len() as u64, length);
        masked.iter().zip(header.mask.unwrap().iter().cycle()).map(|(byte, key)| byte ^ key).collect()
    }

    #[test]
    fn messages_are_told_apart() {
        let (mut direct, mut broadcast) = (Messages::new(Some("abc")).unwrap(), Messages::new(None).unwrap());
        for number in [0, 1, 399] {
            let payload = passed(direct.number(number));
            assert!(check(&payload, "abc", false, number).is_ok());
            assert!(check(&payload, "abc", false, number + 1).is_err());
            assert!(check(&payload, "abd", false, number).is_err());
            assert!(check(&payload[..payload.len() - 1], "abc", false, number).is_err());
            assert!(check(&passed(broadcast.number(number)), "", true, number).is_ok());
        }
    }
}

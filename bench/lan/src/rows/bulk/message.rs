//! Messages that are told apart by their ends, as frames that are made once.

use anyhow::{Result, ensure};

use super::MESSAGE;

/// As those of browsers, which are never all zero.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const BINARY: u8 = 0x82;
const MASKED: u8 = 0x80;
const LONG: u8 = 127;
const BROADCAST: u8 = 1;
const DIRECT: u8 = 2;
/// Bytes of the number, which stands at both ends.
const NUMBER: usize = 8;

/// A frame whose payload is written anew for each message at its ends alone.
pub(super) struct Messages {
    frame: Vec<u8>,
    /// Where in the frame the payload begins, and where what is masked does.
    payload: usize,
    masked: usize,
}

impl Messages {
    /// To one peer, or to all.
    pub(super) fn new(target: Option<&str>) -> Self {
        let id = target.unwrap_or_default().as_bytes();
        let kind = if target.is_some() { DIRECT } else { BROADCAST };
        // Ids have 64 bytes at most.
        let head = [&[kind, id.len() as u8], id].concat();
        let frame = frame(BINARY, &[head.as_slice(), &vec![0x5a; MESSAGE]].concat());
        let payload = frame.len() - MESSAGE;
        Self { payload, masked: payload - head.len(), frame }
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

/// A client's frame.
pub(super) fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let head = match u8::try_from(payload.len()) {
        Ok(length) if length < 126 => vec![kind, MASKED | length],
        _ => [&[kind, MASKED | LONG], (payload.len() as u64).to_be_bytes().as_slice()].concat(),
    };
    let masked = payload.iter().zip(MASK.iter().cycle()).map(|(byte, key)| byte ^ key);
    head.into_iter().chain(MASK).chain(masked).collect()
}

/// Whether what came from `source` is the message with this number.
pub(super) fn check(payload: &[u8], source: &str, is_broadcast: bool, number: usize) -> Result<()> {
    let kind = if is_broadcast { BROADCAST } else { DIRECT };
    let head = [&[kind, source.len() as u8], source.as_bytes()].concat();
    let ends = (number as u64).to_be_bytes();
    ensure!(
        payload.len() == head.len() + MESSAGE
            && payload.starts_with(&head)
            && payload[head.len()..].starts_with(&ends)
            && payload.ends_with(&ends),
        "a frame of {} bytes is not message {number}",
        payload.len()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the proxy would pass it on: unmasked, and with the source where the target was.
    fn passed(frame: &[u8]) -> Vec<u8> {
        let (head, masked) = frame.split_at(14);
        masked.iter().zip(head[10..].iter().cycle()).map(|(byte, key)| byte ^ key).collect()
    }

    #[test]
    fn messages_are_told_apart() {
        let (mut direct, mut broadcast) = (Messages::new(Some("abc")), Messages::new(None));
        for number in [0, 1, 399] {
            let payload = passed(direct.number(number));
            assert!(check(&payload, "abc", false, number).is_ok());
            assert!(check(&payload, "abc", false, number + 1).is_err());
            assert!(check(&payload, "abd", false, number).is_err());
            assert!(check(&payload[..payload.len() - 1], "abc", false, number).is_err());
            assert!(check(&passed(broadcast.number(number)), "", true, number).is_ok());
        }
    }

    #[test]
    fn short_frames_have_short_heads() {
        assert_eq!(frame(0x81, b"ab"), [0x81, 0x82, 0x37, 0xfa, 0x21, 0x3d, b'a' ^ 0x37, b'b' ^ 0xfa]);
    }
}

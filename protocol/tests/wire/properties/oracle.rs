//! tungstenite as the judge of our decoder.

use std::io::{self, Read, Write};

use tungstenite::error::Error;
use tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tungstenite::{Message, WebSocket};

use super::transcript::{End, Said, Transcript};

/// How far the two agree on a stream. Every variant but the first is a deliberate difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Agreement {
    Same,
    /// We refuse by the header; tungstenite refuses, with the same code, once the payload is here.
    HeaderSuffices,
    /// A frame with several faults: tungstenite looks at the length first, we at the first two bytes.
    SeveralFaults,
    /// tungstenite judges each part of a text, we the whole. Nothing but control frames is heard in
    /// between.
    TextJudgedWhole,
    /// We know the close code 1014 (bad gateway, in the IANA registry), tungstenite does not.
    BadGateway,
}

/// Panics where our decoder and tungstenite differ without reason. `message_max` is at least 125:
/// tungstenite applies it to control frames as well.
pub(crate) fn agreement(stream: &[u8], message_max: usize) -> Agreement {
    let ours = Transcript::of(stream, &[], message_max);
    let theirs = transcript(stream, message_max);
    match (ours.end, theirs.end) {
        _ if ours == theirs => Agreement::Same,
        (End::Failed(_), End::Open) => {
            let missing = vec![0; message_max + 14];
            compare(&ours, &transcript(&[stream, &missing].concat(), message_max))
        }
        _ => compare(&ours, &theirs),
    }
}

fn compare(ours: &Transcript, theirs: &Transcript) -> Agreement {
    let more = ours.said.strip_prefix(theirs.said.as_slice());
    match (more, ours.end, theirs.end) {
        (Some([]), ours, theirs) if ours == theirs => Agreement::HeaderSuffices,
        (Some([]), End::Failed(1002), End::Failed(1009)) => Agreement::SeveralFaults,
        (Some([]), End::Closed(Some(1014)), End::Failed(1002)) => Agreement::BadGateway,
        (Some(more), _, End::Failed(1007)) if more.iter().all(Said::is_control) => Agreement::TextJudgedWhole,
        _ => panic!("ours: {ours:?}\ntheirs: {theirs:?}"),
    }
}

fn transcript(stream: &[u8], message_max: usize) -> Transcript {
    let config = WebSocketConfig::default()
        .read_buffer_size(4 * 1024)
        .max_frame_size(Some(message_max))
        .max_message_size(Some(message_max));
    let mut socket = WebSocket::from_raw_socket(Wire(stream), Role::Server, Some(config));
    let mut said = Vec::new();
    let end = loop {
        match socket.read() {
            Ok(Message::Text(text)) => said.push(Said::Text(text.as_str().to_owned())),
            Ok(Message::Binary(bytes)) => said.push(Said::Binary(bytes.to_vec())),
            Ok(Message::Ping(payload)) => said.push(Said::Ping(payload.to_vec())),
            Ok(Message::Pong(_)) => said.push(Said::Pong),
            Ok(Message::Close(frame)) => break close(frame),
            Ok(Message::Frame(_)) => unreachable!("never read"),
            Err(error) => break failure(&error),
        }
    };
    Transcript { said, end }
}

/// tungstenite answers a reserved close code with this frame, and shows it as if it had come.
fn close(frame: Option<CloseFrame>) -> End {
    match frame {
        Some(frame) if frame.reason.as_str() == "Protocol violation" => End::Failed(1002),
        Some(frame) => End::Closed(Some(frame.code.into())),
        None => End::Closed(None),
    }
}

fn failure(error: &Error) -> End {
    if matches!(error, Error::Io(error) if error.kind() == io::ErrorKind::WouldBlock) {
        return End::Open;
    }
    let faults = [
        (matches!(error, Error::Protocol(_)), 1002),
        (matches!(error, Error::Utf8(_)), 1007),
        (matches!(error, Error::Capacity(_)), 1009),
    ];
    let fault = faults.iter().find(|fault| fault.0).unwrap_or_else(|| panic!("tungstenite: {error}"));
    End::Failed(fault.1)
}

/// A connection whose other end has said `.0` and waits.
struct Wire<'a>(&'a [u8]);

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
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

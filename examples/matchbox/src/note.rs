//! What players tell each other in the channel, as JSON.

use matchbox_socket::{PeerId, PeerSignal};
use serde::{Deserialize, Serialize};

/// A message to one player.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Note {
    /// A player says who it is, to each peer that comes.
    Hello(PeerId),
    /// What WebRTC needs for a connection.
    Signal(PeerSignal),
}

impl Note {
    pub(crate) fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_read_as_they_were_written() {
        let id = PeerId(uuid::Uuid::from_u128(7));
        for note in [Note::Hello(id), Note::Signal(PeerSignal::Offer("v=0\r\n".to_owned()))] {
            assert_eq!(Note::read(&note.write()), Some(note));
        }
        assert_eq!(Note::read("hello"), None);
    }
}

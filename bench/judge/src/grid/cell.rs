//! The axes of the grid, and its cells.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::load::server::Server;

pub(super) const CHANNELS: [usize; 3] = [1, 10, 100];
/// Peers of each channel.
pub(super) const PEERS: [usize; 7] = [2, 5, 10, 20, 40, 80, 200];
/// Bytes of data in each message.
pub(super) const BYTES: [usize; 11] =
    [16, 64, 256, 512, KI, 2 * KI, 4 * KI, 8 * KI, 16 * KI, 64 * KI, 512 * KI];
pub(super) const SENDERS: [Senders; 3] = [Senders::One, Senders::Four, Senders::All];
/// Messages that each sender has under way.
pub(super) const WINDOWS: [usize; 4] = [1, 4, 16, 64];
const CASTS: [Cast; 2] = [Cast::Broadcast, Cast::Direct];
const PAYLOADS: [Payload; 2] = [Payload::Text, Payload::Binary];

/// The number of levels of each axis.
pub(super) const LEVELS: [usize; 7] =
    [CHANNELS.len(), PEERS.len(), BYTES.len(), SENDERS.len(), WINDOWS.len(), CASTS.len(), PAYLOADS.len()];

const KI: usize = 1024;
/// Bytes under way, once for each recipient: more would measure how servers hold back a sender.
const UNDER_WAY_MAX: usize = 64 * KI * KI;
const CONNECTIONS_MAX: usize = 5000;

/// Senders of each channel; with direct messages, pairs of peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Senders {
    One,
    Four,
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Cast {
    Broadcast,
    /// Pairs of peers ask and answer.
    Direct,
}

/// The payloads of nws. Bun has texts in either case, and the floor has neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Payload {
    Text,
    Binary,
}

/// One load of the grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cell {
    pub(super) channels: usize,
    pub(super) peers: usize,
    pub(super) bytes: usize,
    pub(super) senders: Senders,
    pub(super) window: usize,
    pub(super) cast: Cast,
    pub(super) payload: Payload,
}

impl Cell {
    /// The cell at these levels of the axes, each below that of [`LEVELS`].
    pub(super) fn at([channels, peers, bytes, senders, window, cast, payload]: [usize; 7]) -> Self {
        Self {
            channels: CHANNELS[channels],
            peers: PEERS[peers],
            bytes: BYTES[bytes],
            senders: SENDERS[senders],
            window: WINDOWS[window],
            cast: CASTS[cast],
            payload: PAYLOADS[payload],
        }
    }

    /// All cells that are measured.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let levels = |number: usize| {
            let mut rest = number;
            LEVELS.map(|levels| {
                let level = rest % levels;
                rest /= levels;
                level
            })
        };
        (0..LEVELS.iter().product()).map(move |number| Self::at(levels(number))).filter(Self::is_measured)
    }

    /// Gives whether machine and servers can be expected to bear it, and no other cell is the same.
    pub(super) fn is_measured(&self) -> bool {
        let (peers, recipients) = match self.cast {
            Cast::Broadcast => (self.speaking(), self.peers - 1),
            Cast::Direct => (self.speaking() * 2, 1),
        };
        let under_way = self.channels * self.speaking() * self.window * self.bytes * recipients;
        let is_twin = self.senders != Senders::One && self.speaking() == 1;
        peers <= self.peers
            && self.channels * self.peers <= CONNECTIONS_MAX
            && under_way <= UNDER_WAY_MAX
            && !is_twin
    }

    /// Gives whether a server has such messages. The floor has no direct ones, so it can stand for
    /// them only where a channel has no third peer.
    pub(super) fn is_for(&self, server: Server) -> bool {
        server != Server::Floor || self.cast == Cast::Broadcast || self.peers == 2
    }

    pub(super) fn is_binary(&self) -> bool {
        self.payload == Payload::Binary
    }

    /// The arguments of the load generator for its load.
    pub(super) fn words(&self) -> String {
        let Self { channels, peers, bytes, window, .. } = *self;
        let mode = match self.cast {
            Cast::Broadcast => "burst",
            Cast::Direct => "ping",
        };
        let senders = self.speaking();
        format!(
            "{mode} --channels {channels} --peers {peers} --senders {senders} --window {window} --bytes {bytes}"
        )
    }

    /// Senders of each channel, or pairs.
    fn speaking(&self) -> usize {
        match (self.senders, self.cast) {
            (Senders::One, _) => 1,
            (Senders::Four, _) => 4,
            (Senders::All, Cast::Broadcast) => self.peers,
            (Senders::All, Cast::Direct) => self.peers / 2,
        }
    }
}

/// Its name, such as `1×40×2Ki s4 w16 text broadcast`: channels, peers, bytes, senders, window.
impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { channels, peers, window, .. } = self;
        let (bytes, speaking) = (size(self.bytes), self.speaking());
        let payload = if self.is_binary() { "binary" } else { "text" };
        let cast = match self.cast {
            Cast::Broadcast => "broadcast",
            Cast::Direct => "direct",
        };
        write!(f, "{channels}×{peers}×{bytes} s{speaking} w{window} {payload} {cast}")
    }
}

/// A number of bytes, in Ki if it is a multiple of that.
pub(super) fn size(bytes: usize) -> String {
    if bytes.is_multiple_of(KI) { format!("{}Ki", bytes / KI) } else { bytes.to_string() }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const CELL: Cell = Cell {
        channels: 1,
        peers: 40,
        bytes: 2 * KI,
        senders: Senders::Four,
        window: 16,
        cast: Cast::Broadcast,
        payload: Payload::Text,
    };

    #[test]
    fn a_name_says_what_is_sent() {
        assert_eq!(CELL.to_string(), "1×40×2Ki s4 w16 text broadcast");
        let direct =
            Cell { bytes: 512, senders: Senders::All, cast: Cast::Direct, payload: Payload::Binary, ..CELL };
        assert_eq!(direct.to_string(), "1×40×512 s20 w16 binary direct");
        assert_eq!(direct.words(), "ping --channels 1 --peers 40 --senders 20 --window 16 --bytes 512");
        assert!(CELL.words().starts_with("burst --channels 1 --peers 40 --senders 4 "));
    }

    #[test]
    fn no_two_cells_are_the_same() {
        let names: Vec<String> = Cell::all().map(|cell| cell.to_string()).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
        assert!(names.len() > 5000, "{}", names.len());
    }

    #[test]
    fn what_is_too_much_is_left_out() {
        let all = Cell { senders: Senders::All, ..CELL };
        // 40 senders, 1 under way each, 39 recipients: 48 MiB with 32 KiB, and 97 MiB with 64.
        let large = |window, bytes| Cell { window, bytes, ..all }.is_measured();
        assert!(large(1, 16 * KI) && large(1, 32 * KI) && !large(1, 64 * KI) && !large(4, 16 * KI));
        let many = |channels, peers| Cell { channels, peers, bytes: 16, ..CELL }.is_measured();
        assert!(many(100, 40) && many(10, 200) && !many(100, 80));
    }

    #[test]
    fn what_nobody_can_send_is_left_out() {
        let of = |peers, senders, cast| Cell { peers, senders, cast, ..CELL }.is_measured();
        assert!(of(5, Senders::Four, Cast::Broadcast) && !of(2, Senders::Four, Cast::Broadcast));
        // Four pairs are eight peers.
        assert!(of(10, Senders::Four, Cast::Direct) && !of(5, Senders::Four, Cast::Direct));
        // All pairs of two peers are one.
        assert!(of(2, Senders::One, Cast::Direct) && !of(2, Senders::All, Cast::Direct));
    }

    #[test]
    fn the_floor_is_direct_where_nobody_else_hears() {
        let of = |peers, cast| Cell { peers, cast, ..CELL }.is_for(Server::Floor);
        assert!(of(40, Cast::Broadcast) && of(2, Cast::Direct) && !of(5, Cast::Direct));
        assert!(Cell { cast: Cast::Direct, ..CELL }.is_for(Server::Bun));
    }
}

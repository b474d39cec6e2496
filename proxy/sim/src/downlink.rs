//! Carries bytes from the proxy to a client.

use super::Event;
use super::clock::Clock;

/// The speed at which a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speed {
    /// All at once.
    Unlimited,
    /// So many bytes in a millisecond.
    BytesPerMs(usize),
    /// Not at all.
    Stalled,
}

/// What the proxy has written to a client. Whole frames are turned into events at once.
pub(super) struct Downlink {
    speed: Speed,
    /// The millisecond in which something was last read, and the bytes read in it.
    tick: u64,
    taken: usize,
    received: Vec<u8>,
}

impl Downlink {
    pub(super) fn new() -> Self {
        Self { speed: Speed::Unlimited, tick: 0, taken: 0, received: Vec::new() }
    }

    pub(super) fn set_speed(&mut self, speed: Speed) {
        self.speed = speed;
    }

    /// Gives whether it takes some bytes in every millisecond, and not all at once.
    pub(super) fn is_limited(&self) -> bool {
        matches!(self.speed, Speed::BytesPerMs(1..))
    }

    /// Takes as much of `waiting` as the client has time to read by now.
    pub(super) fn take<'a>(&mut self, waiting: impl Iterator<Item = &'a [u8]>, clock: Clock) -> usize {
        let mut left = self.left(clock);
        let before = self.received.len();
        for piece in waiting {
            let piece = &piece[..piece.len().min(left)];
            left -= piece.len();
            self.received.extend_from_slice(piece);
            if left == 0 {
                break;
            }
        }
        let taken = self.received.len() - before;
        self.taken += taken;
        taken
    }

    /// The whole frames that have come.
    pub(super) fn events(&mut self) -> Vec<Event> {
        let mut rest = &self.received[..];
        let mut events = Vec::new();
        while let Some((event, after)) = Event::read(rest) {
            events.push(event);
            rest = after;
        }
        let end = self.received.len() - rest.len();
        self.received.drain(..end);
        events
    }

    fn left(&mut self, clock: Clock) -> usize {
        if self.tick != clock.tick() {
            self.tick = clock.tick();
            self.taken = 0;
        }
        match self.speed {
            Speed::Unlimited => usize::MAX,
            Speed::BytesPerMs(bytes) => bytes.saturating_sub(self.taken),
            Speed::Stalled => 0,
        }
    }
}

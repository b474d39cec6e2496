//! Counts what each side of a stream may send. The numbers are those of the contract of streams.

use nws_protocol::limits::STREAM_PART_MAX;

/// The most bytes of a part.
pub const PART_MAX: u32 = STREAM_PART_MAX as u32;

/// What a part costs besides its bytes: about what its frame has besides them. So parts without
/// bytes are bounded too.
pub const PART_COST: u32 = 32;

/// The first window of a stream, in bytes.
pub const WINDOW_FIRST: u32 = 64 * 1024;

/// The largest window of a stream. At 1 Gbit/s this is 8 ms of data, longer than a round trip on a
/// local network.
pub const WINDOW_MAX: u32 = 1024 * 1024;

/// All windows of a channel's socket together.
pub const WINDOWS_MAX: u32 = 64 * 1024 * 1024;

/// The least window of a stream. With less it could hardly move.
const WINDOW_LEAST: u32 = 4096;

/// The most credit at one time, which the other side may give.
const CREDIT_MAX: u32 = 1 << 31;

/// What the other side may send.
#[derive(Debug)]
pub(super) struct Window {
    /// The bytes of it that nobody has taken, and those that may still come.
    size: u32,
    /// Bytes that may still come.
    open: u32,
    /// Bytes that were taken, and for which no credit was given yet.
    taken: u32,
}

impl Window {
    /// Opens a window. `spare` is what all others leave.
    pub(super) fn open(spare: &mut u32) -> Option<Self> {
        let size = WINDOW_FIRST.min(*spare);
        if size < WINDOW_LEAST {
            return None;
        }
        *spare -= size;
        Some(Self { size, open: size, taken: 0 })
    }

    pub(super) const fn size(&self) -> u32 {
        self.size
    }

    /// A part comes. Gives whether it may.
    pub(super) fn spend(&mut self, bytes: u32) -> bool {
        let left = cost(bytes).and_then(|cost| self.open.checked_sub(cost));
        self.open = left.unwrap_or(0);
        left.is_some() && bytes <= PART_MAX
    }

    /// What has come and was not taken.
    pub(super) const fn untaken(&self) -> u32 {
        self.size - self.open - self.taken
    }

    /// Parts were taken that cost so much. Gives the credit that is due then: there is some when
    /// half of the window was taken. A window that is used grows.
    pub(super) fn take(&mut self, cost: u32, spare: &mut u32) -> u32 {
        // No more can be taken than has come.
        self.taken += cost.min(self.untaken());
        if self.taken < self.size / 2 {
            return 0;
        }
        let growth = self.size.min(WINDOW_MAX - self.size).min(*spare);
        *spare -= growth;
        self.size += growth;
        let credit = std::mem::take(&mut self.taken) + growth;
        self.open += credit;
        credit
    }
}

/// What this side may send.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    credit: u32,
}

impl Outgoing {
    /// Adds credit. Gives whether it is valid: an integer from 1 on, and not too much in all.
    pub(super) fn add(&mut self, credit: f64) -> bool {
        let is_integer = credit >= 1.0 && credit <= f64::from(CREDIT_MAX) && credit.trunc() == credit;
        let sum = self.credit.saturating_add(if is_integer { credit as u32 } else { 0 });
        self.credit = sum.min(CREDIT_MAX);
        is_integer && sum <= CREDIT_MAX
    }

    pub(super) fn room(&self) -> Option<u32> {
        self.credit.checked_sub(PART_COST).map(|room| room.min(PART_MAX))
    }

    pub(super) fn spend(&mut self, bytes: u32) {
        self.credit = self.credit.saturating_sub(cost(bytes).unwrap_or(u32::MAX));
    }
}

fn cost(bytes: u32) -> Option<u32> {
    bytes.checked_add(PART_COST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_is_due_when_half_was_taken() {
        let mut spare = WINDOWS_MAX;
        let mut window = Window::open(&mut spare).unwrap();
        let part = 16 * 1024 - PART_COST;
        for _ in 0..4 {
            assert!(window.spend(part));
        }
        assert!(!window.spend(0), "the window is used up");
        assert_eq!(window.take(16 * 1024, &mut spare), 0);
        assert_eq!(window.take(16 * 1024, &mut spare), 32 * 1024 + WINDOW_FIRST);
        assert_eq!(window.size(), 2 * WINDOW_FIRST);
    }

    #[test]
    fn windows_grow_up_to_their_limit() {
        let mut spare = WINDOWS_MAX;
        let mut window = Window::open(&mut spare).unwrap();
        for _ in 0..200 {
            assert!(window.spend(30_000));
            window.take(30_032, &mut spare);
        }
        assert_eq!((window.size(), spare), (WINDOW_MAX, WINDOWS_MAX - WINDOW_MAX));
    }

    #[test]
    fn windows_share_what_there_is() {
        let mut spare = WINDOW_FIRST + WINDOW_LEAST;
        let mut window = Window::open(&mut spare).unwrap();
        assert_eq!(Window::open(&mut spare).map(|window| window.size()), Some(WINDOW_LEAST));
        assert!(Window::open(&mut spare).is_none());
        assert!(window.spend(60_000));
        assert_eq!(window.take(60_032, &mut spare), 60_032, "it cannot grow");
    }

    #[test]
    fn nobody_takes_more_than_has_come() {
        let mut spare = 0;
        let mut window = Window { size: 100, open: 40, taken: 0 };
        assert_eq!(window.take(u32::MAX, &mut spare), 60);
        assert_eq!(window.take(u32::MAX, &mut spare), 0);
    }

    #[test]
    fn credit_is_an_integer() {
        let mut outgoing = Outgoing::default();
        for bad in [0.0, -1.0, 0.5, 1.5, f64::NAN, f64::INFINITY, 2_147_483_649.0] {
            assert!(!outgoing.add(bad), "{bad}");
        }
        assert_eq!(outgoing.room(), None);
        assert!(outgoing.add(32.0));
        assert_eq!(outgoing.room(), Some(0));
        assert!(outgoing.add(f64::from(CREDIT_MAX - 32)));
        assert_eq!(outgoing.room(), Some(PART_MAX));
        assert!(!outgoing.add(1.0), "too much in all");
    }

    #[test]
    fn a_part_is_not_longer_than_parts_are() {
        let mut window = Window { size: WINDOW_MAX, open: WINDOW_MAX, taken: 0 };
        assert!(!window.spend(PART_MAX + 1));
        assert!(window.spend(PART_MAX));
        assert!(!window.spend(u32::MAX));
    }
}

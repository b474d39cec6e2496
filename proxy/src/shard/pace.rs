//! Judges when a shard writes before it reads on.
//!
//! A write to a socket costs some microseconds, however little it carries. So a shard that reads on
//! before it writes has more for each write. But until it writes, the recipients have nothing to
//! do, and other cores may be idle.
//!
//! Nobody knows how much more will come. So this is the problem of the skier who does not know for
//! how many days to rent skis: he buys them when the rent that he has paid is as much as they cost
//! (Karlin et al., "Competitive snoopy caching", 1988). Then he never pays more than twice what the
//! best choice would have cost. A shard that is always busy reads, and so lets recipients wait,
//! until that has taken as long as the writes will take. So early writes at most double the time
//! that it works, and recipients never wait for more than a write to each of them takes.
//!
//! A shard that is idle now and then has time for more writes, and its clients wait for it. So it
//! writes after a shorter time: down to a tenth of it, where it works for 0.64 of its time or less.
//! The page on performance has what was measured with other rules.

use std::cell::Cell;
use std::time::{Duration, Instant};

use nws_core::Pending;

/// Memory of what is queued in one pass, in bytes, from which on the shard writes. So a pass needs
/// bounded memory, and finds its buffers in the cache of the processor.
const MEMORY_MAX: usize = 1024 * 1024;

/// Cost of a write before any was measured. It was 4 to 8 µs on several machines.
const FIRST_COST: Duration = Duration::from_micros(6);

/// Bytes of a write up to which its time counts as the cost of the call. The time of larger ones is
/// that of copying, which no waiting saves.
const SMALL: usize = 4096;

/// The latest measurement changes the mean by a 16th of the difference.
const WEIGHT: u32 = 16;

/// The least cost of a write. No system call takes less, and from 0 a mean never grows again.
const COST_MIN: Duration = Duration::from_nanos(100);

/// A measurement counts as no more than so many times the mean: now and then the system lets
/// another program run meanwhile.
const OUTLIER: u32 = 4;

/// The share of its time in which a shard works, up to which it is impatient.
const IDLE_NOW_AND_THEN: f64 = 0.6;

/// The part of the writing time for which recipients wait at least.
const PATIENCE_MIN: f64 = 0.1;

/// What a shard has queued and not begun to write, and what writes have cost so far.
pub(crate) struct Pace {
    /// Whether time decides.
    by_clock: bool,
    /// When the first of what is queued came.
    since: Cell<Option<Instant>>,
    /// Mean cost of a write that carries little.
    cost: Cell<Duration>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { by_clock: true, since: Cell::new(None), cost: Cell::new(FIRST_COST) }
    }
}

impl Pace {
    /// Never writes before everything that came was read, however long that takes. So the same
    /// inputs take the same instructions in every run.
    #[cfg(any(test, feature = "measure"))]
    pub(crate) fn without_clock() -> Self {
        Self { by_clock: false, ..Self::default() }
    }

    /// Gives whether to write now. `began` is when the last input of the state machine began, and
    /// `now` when it was processed. `load` is the share of its time in which the shard works.
    pub(super) fn is_due(&self, pending: Pending, began: Instant, now: Instant, load: f64) -> bool {
        let Pending { bytes, memory, outputs } = pending;
        if bytes == 0 {
            return false;
        }
        let since = self.since.get().unwrap_or(began);
        self.since.set(Some(since));
        let writes = u32::try_from(outputs).unwrap_or(u32::MAX);
        let writing = self.cost.get().saturating_mul(writes).mul_f64(patience(load));
        memory >= MEMORY_MAX || self.by_clock && now.saturating_duration_since(since) >= writing
    }

    /// Notes that what was queued is being written. So many `writes` to sockets were all that was
    /// done, of so many `bytes` together; none if something else was done too.
    pub(super) fn wrote(&self, writes: usize, bytes: usize, took: Duration) {
        self.since.set(None);
        let Some(count) = u32::try_from(writes).ok().filter(|&count| count > 0) else { return };
        if bytes <= writes.saturating_mul(SMALL) {
            let mean = self.cost.get();
            let measured = (took / count).min(mean * OUTLIER);
            self.cost.set(((mean * (WEIGHT - 1) + measured) / WEIGHT).max(COST_MIN));
        }
    }
}

/// The part of the writing time for which recipients wait.
fn patience(load: f64) -> f64 {
    ((load - IDLE_NOW_AND_THEN) / (1.0 - IDLE_NOW_AND_THEN)).clamp(PATIENCE_MIN, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: Duration = Duration::from_micros(1);

    fn pending(memory: usize, outputs: usize) -> Pending {
        Pending { bytes: memory, memory, outputs }
    }

    /// The time from which on a shard that is always busy writes to so many recipients, in
    /// microseconds.
    fn due(pace: &Pace, outputs: usize) -> u32 {
        let began = Instant::now();
        let due = (0..).find(|&passed| pace.is_due(pending(100, outputs), began, began + US * passed, 1.0));
        pace.wrote(0, 0, Duration::ZERO);
        due.expect("it is due some time")
    }

    #[test]
    fn recipients_wait_for_as_long_as_the_writes_take() {
        let pace = Pace::default();
        assert_eq!((due(&pace, 1), due(&pace, 10), due(&pace, 200)), (6, 60, 1200));
    }

    #[test]
    fn they_wait_less_for_a_shard_that_has_time() {
        let (pace, began) = (Pace::default(), Instant::now());
        let due = |load, passed| pace.is_due(pending(100, 10), began, began + US * passed, load);
        assert!(due(0.0, 6) && due(0.6, 6) && !due(0.6, 5));
        assert!(due(0.8, 30) && !due(0.8, 29));
        assert!(due(1.0, 60) && !due(1.0, 59));
    }

    #[test]
    fn the_time_is_that_since_the_first_of_what_waits() {
        let (pace, began) = (Pace::default(), Instant::now());
        assert!(!pace.is_due(pending(100, 1), began, began + US * 5, 1.0));
        assert!(pace.is_due(pending(200, 1), began + US * 5, began + US * 6, 1.0));
        pace.wrote(1, 200, US * 6);
        assert!(!pace.is_due(pending(100, 1), began + US * 20, began + US * 21, 1.0));
    }

    #[test]
    fn much_memory_is_written_at_once_and_nothing_is_never_written() {
        let (pace, began) = (Pace::default(), Instant::now());
        assert!(!pace.is_due(pending(0, 1), began, began + US * 1_000_000, 1.0));
        assert!(!pace.is_due(pending(MEMORY_MAX - 1, 1000), began, began, 1.0));
        assert!(pace.is_due(pending(MEMORY_MAX, 1000), began, began, 1.0));
    }

    #[test]
    fn without_a_clock_only_memory_counts() {
        let (pace, began) = (Pace::without_clock(), Instant::now());
        assert!(!pace.is_due(pending(100, 1), began, began + US * 1_000_000, 0.0));
        assert!(pace.is_due(pending(MEMORY_MAX, 1), began, began, 0.0));
    }

    #[test]
    fn the_cost_is_measured() {
        let pace = Pace::default();
        (0..200).for_each(|_| pace.wrote(10, 10 * SMALL, US * 200));
        assert_eq!(due(&pace, 10), 200);
        // A longer one is mostly copying.
        (0..200).for_each(|_| pace.wrote(10, 10 * SMALL + 1, US * 2000));
        assert_eq!(due(&pace, 10), 200);
    }

    #[test]
    fn the_cost_can_always_grow_again() {
        let pace = Pace::default();
        (0..1000).for_each(|_| pace.wrote(10, 10, Duration::ZERO));
        assert_eq!(pace.cost.get(), COST_MIN);
        (0..1000).for_each(|_| pace.wrote(10, 10, US * 60));
        assert_eq!(due(&pace, 10), 60);
    }

    #[test]
    fn a_pause_of_the_whole_program_hardly_counts() {
        let pace = Pace::default();
        pace.wrote(1, 100, Duration::from_secs(3));
        assert_eq!(due(&pace, 10), 72, "6 µs and a 16th of 18 µs");
    }
}

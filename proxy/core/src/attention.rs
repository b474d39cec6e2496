//! Measures time only while the process is awake.
//!
//! A process may stand still at any time: it is stopped, frozen, swapped out, or halted by a
//! debugger. Meanwhile it reads nothing and writes nothing, so silence in that time says nothing
//! about others. The state machines measure every time span with this clock, which stands still
//! while its owner does. So no judgement counts such a time.

use std::time::{Duration, Instant};

use nws_protocol::limits::STANDSTILL_LEAST;

/// Time that is left until something is due, after its owner stood still. In it the owner reads
/// what has come meanwhile, before anything is judged.
const READING_TIME: Duration = Duration::from_millis(10);

/// A clock that stands still while its owner does.
///
/// It notices a standstill because its owner calls too late. So the owner has to ask to be called
/// often while it waits for a client or a proxy: a standstill that is shorter than the time between
/// two calls goes unnoticed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attention {
    last: Option<Reading>,
}

#[derive(Clone, Copy, Debug)]
struct Reading {
    clock: Instant,
    awake: Instant,
}

impl Attention {
    /// The time by this clock when the system's clock says `now`. `due` is the latest time, also by
    /// this clock, at which the owner wanted to be called.
    #[inline]
    pub fn at(&mut self, now: Instant, due: impl FnOnce() -> Option<Instant>) -> Instant {
        let Some(Reading { clock, awake }) = self.last else {
            self.last = Some(Reading { clock: now, awake: now });
            return now;
        };
        if now <= clock {
            return awake;
        }
        self.advance(now, Reading { clock, awake }, due)
    }

    // Most times are the same as the last one. If this were inlined, each message would cost about
    // fifty instructions more.
    #[inline(never)]
    fn advance(
        &mut self,
        now: Instant,
        Reading { clock, awake }: Reading,
        due: impl FnOnce() -> Option<Instant>,
    ) -> Instant {
        let passed = now.duration_since(clock);
        let counted = if passed <= STANDSTILL_LEAST { passed } else { counted(passed, awake, due()) };
        let awake = awake + counted;
        self.last = Some(Reading { clock: now, awake });
        awake
    }

    /// What the system's clock will say when this one says `time`, unless the owner stands still
    /// before.
    #[must_use]
    pub fn system(&self, time: Instant) -> Instant {
        match self.last {
            Some(Reading { clock, awake }) => clock + time.saturating_duration_since(awake),
            None => time,
        }
    }
}

/// How much of the time that has `passed` counts. Time in which the owner was late counts as nearly
/// nothing, but never as nothing: so an owner that is always late still makes progress.
fn counted(passed: Duration, awake: Instant, due: Option<Instant>) -> Duration {
    let Some(due) = due else { return passed };
    let wait = due.saturating_duration_since(awake);
    if passed <= wait + STANDSTILL_LEAST {
        return passed;
    }
    let before_due = wait.saturating_sub(READING_TIME);
    if before_due.is_zero() { STANDSTILL_LEAST } else { before_due.min(STANDSTILL_LEAST) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);
    const SECOND: Duration = Duration::from_secs(1);

    /// A clock and the time at which it was first read.
    #[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
    fn started() -> (Attention, Instant) {
        let (mut attention, start) = (Attention::default(), Instant::now());
        assert_eq!(attention.at(start, || None), start);
        (attention, start)
    }

    #[test]
    fn it_goes_like_that_of_the_system_while_its_owner_is_in_time() {
        let (mut attention, start) = started();
        for (passed, due) in [(SECOND, SECOND), (2 * SECOND, 5 * SECOND), (2500 * MS, 2400 * MS)] {
            assert_eq!(attention.at(start + passed, || Some(start + due)), start + passed);
            assert_eq!(attention.system(start + 9 * SECOND), start + 9 * SECOND);
        }
        assert_eq!(attention.at(start, || None), start + 2500 * MS, "it never goes back");
    }

    #[test]
    fn where_nothing_is_waited_for_any_time_counts() {
        let (mut attention, start) = started();
        assert_eq!(attention.at(start + 900 * SECOND, || None), start + 900 * SECOND);
    }

    #[test]
    fn time_in_which_its_owner_stood_still_hardly_counts() {
        let (mut attention, start) = started();
        let due = start + 3 * SECOND;
        let awake = attention.at(start + 60 * SECOND, || Some(due));
        assert_eq!(awake, start + STANDSTILL_LEAST);
        assert_eq!(attention.system(due), start + 60 * SECOND + (due - awake));
    }

    #[test]
    fn nothing_is_due_at_once_after_a_standstill() {
        for wait in [11, 50, 90, 100, 101, 1000] {
            let (mut attention, start) = started();
            let due = start + wait * MS;
            assert!(attention.at(start + 60 * SECOND, || Some(due)) < due);
        }
    }

    #[test]
    fn an_owner_that_is_always_late_gets_on() {
        let (mut attention, start) = started();
        let (mut now, due) = (start, start + SECOND);
        for _ in 0..20 {
            now += 10 * SECOND;
            attention.at(now, || Some(due));
        }
        assert!(attention.at(now, || Some(due)) >= due);
    }
}

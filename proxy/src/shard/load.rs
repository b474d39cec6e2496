//! Measures how busy the thread of a shard is.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tokio::runtime::{Handle, RuntimeMetrics};

/// Time for which the share is measured: long enough for some hundred passes.
const WINDOW: Duration = Duration::from_millis(4);

/// The share of its time in which a thread works, and does not wait for events.
pub(super) struct Load {
    metrics: RuntimeMetrics,
    /// When the present window began.
    since: Cell<Instant>,
    /// The time in which the thread had worked then.
    worked: Cell<Duration>,
    /// How often it had begun to wait then.
    parked: Cell<u64>,
    /// The share in the window before.
    share: Cell<f64>,
}

impl Load {
    /// The load of the runtime of this thread.
    ///
    /// # Panics
    ///
    /// Outside a runtime.
    pub(super) fn new() -> Self {
        let metrics = Handle::current().metrics();
        let (worked, parked) = (worked(&metrics), parked(&metrics));
        Self {
            metrics,
            since: Cell::new(Instant::now()),
            worked: Cell::new(worked),
            parked: Cell::new(parked),
            share: Cell::new(0.0),
        }
    }

    /// The share in the last complete window, from 0 to 1.
    pub(super) fn share(&self, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.since.get());
        if passed >= WINDOW {
            let worked = worked(&self.metrics);
            let more = worked.saturating_sub(self.worked.replace(worked));
            // The time counts when a stretch of work has ended, and one may be longer than a window.
            let parked = parked(&self.metrics);
            let has_waited = self.parked.replace(parked) != parked;
            self.share.set(if has_waited { more.div_duration_f64(passed).min(1.0) } else { 1.0 });
            self.since.set(now);
        }
        self.share.get()
    }
}

/// A runtime of one thread has one worker.
const WORKER: usize = 0;

fn worked(metrics: &RuntimeMetrics) -> Duration {
    metrics.worker_total_busy_duration(WORKER)
}

fn parked(metrics: &RuntimeMetrics) -> u64 {
    metrics.worker_park_count(WORKER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_thread_that_works_is_busy_and_one_that_waits_is_not() {
        let load = Load::new();
        let end = Instant::now() + 20 * WINDOW;
        while Instant::now() < end {
            tokio::task::yield_now().await;
        }
        let busy = load.share(Instant::now());
        let mut waits = tokio::time::interval(10 * WINDOW);
        for _ in 0..3 {
            waits.tick().await;
        }
        let idle = load.share(Instant::now());
        assert!(idle < busy && busy <= 1.0, "{idle} {busy}");
    }

    #[tokio::test]
    async fn a_stretch_of_work_may_be_longer_than_a_window() {
        let load = Load::new();
        for _ in 0..3 {
            let end = Instant::now() + WINDOW;
            while Instant::now() < end {}
            assert!(load.share(Instant::now()) >= 1.0);
        }
    }
}

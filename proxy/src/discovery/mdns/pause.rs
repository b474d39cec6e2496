//! Waits between the end of a daemon and the start of the next.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Pause after the first end. A neighbour that is heard half a second later is not missed.
const MIN: Duration = Duration::from_millis(500);

/// Pause while a flood goes on: it then takes so little of the time that no user notices.
const MAX: Duration = Duration::from_secs(8);

/// A daemon that has run for so long did not end for the same reason as the one before.
const STABLE: Duration = Duration::from_secs(30);

/// Grows with every end, and falls back to the least after a while.
#[derive(Debug)]
pub(super) struct Pause {
    next: Duration,
    started: Instant,
}

impl Pause {
    /// The state before the first start.
    pub(super) fn new() -> Self {
        Self { next: MIN, started: Instant::now() }
    }

    /// Waits from an end until the next start.
    pub(super) async fn wait(&mut self) {
        if self.started.elapsed() >= STABLE {
            self.next = MIN;
        }
        sleep(self.next).await;
        self.next = (self.next * 2).min(MAX);
        self.started = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn length(pause: &mut Pause) -> Duration {
        let start = Instant::now();
        pause.wait().await;
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn it_grows_up_to_a_bound_and_starts_again_after_a_long_run() {
        let mut pause = Pause::new();
        let mut lengths = Vec::new();
        for _ in 0..6 {
            lengths.push(length(&mut pause).await.as_millis());
        }
        assert_eq!(lengths, [500, 1000, 2000, 4000, 8000, 8000]);
        sleep(STABLE).await;
        assert_eq!(length(&mut pause).await, MIN);
    }
}

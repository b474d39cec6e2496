//! Signals to one task that something has happened.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

/// Wakes the one task that waits for it, from any thread. A signal that is given while the task
/// does not wait is kept. Several signals count as one.
///
/// tokio's `Notify` does the same for any number of tasks. It was measured to take a twelfth of the
/// instructions of a link frame, as each task on the frame's way waits for two or three signals.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    is_given: AtomicBool,
    waiting: AtomicWaker,
}

impl Signal {
    /// Gives the signal.
    pub(crate) fn give(&self) {
        self.is_given.store(true, Ordering::Release);
        self.waiting.wake();
    }

    /// Waits until it is given. If the wait is cancelled, no signal is lost.
    pub(crate) async fn given(&self) {
        poll_fn(|cx| self.poll(cx)).await;
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        if self.take() {
            return Poll::Ready(());
        }
        self.waiting.register(cx.waker());
        // The signal may have been given before this task was registered.
        if self.take() { Poll::Ready(()) } else { Poll::Pending }
    }

    fn take(&self) -> bool {
        self.is_given.load(Ordering::Relaxed) && self.is_given.swap(false, Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn signals_before_the_wait_are_one() {
        let signal = Signal::default();
        assert_eq!(signal.given().now_or_never(), None);
        signal.give();
        signal.give();
        assert_eq!(signal.given().now_or_never(), Some(()));
        assert_eq!(signal.given().now_or_never(), None);
    }

    #[tokio::test]
    async fn a_signal_wakes_the_task_from_another_thread() {
        let signal = Arc::new(Signal::default());
        for _ in 0..1000 {
            let other = Arc::clone(&signal);
            let thread = std::thread::spawn(move || other.give());
            signal.given().await;
            thread.join().unwrap();
        }
    }
}

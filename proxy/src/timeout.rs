//! Waits for a limited time. Time in which this process stood still does not count.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use nws_core::Attention;
use tokio::time::timeout_at;

/// Far enough away to stand for never, and near enough not to overflow.
pub(crate) const NEVER: Duration = Duration::from_secs(24 * 60 * 60);

/// How often within the time this process checks whether it stood still: a standstill takes at most
/// such a part of the other side's time.
const LOOKS: u32 = 8;

/// The result of `future`, or `None` if that takes longer than `time`.
pub(crate) async fn within<F: Future>(time: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut attention = Attention::default();
    let mut due = attention.at(Instant::now(), || None);
    let end = due + time;
    loop {
        let awake = attention.at(Instant::now(), || Some(due));
        if awake >= end {
            return None;
        }
        due = end.min(awake + time / LOOKS);
        if let Ok(output) = timeout_at(attention.system(due).into(), future.as_mut()).await {
            return Some(output);
        }
    }
}

/// The timer of HTTP, by the same clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AwakeTimer;

impl Timer for AwakeTimer {
    fn sleep(&self, time: Duration) -> Pin<Box<dyn Sleep>> {
        let sleep = within(time, std::future::pending::<()>());
        Box::pin(AwakeSleep(Box::pin(async { sleep.await.unwrap_or_default() })))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(deadline.saturating_duration_since(Instant::now()))
    }
}

struct AwakeSleep(Pin<Box<dyn Future<Output = ()> + Send + Sync>>);

impl Future for AwakeSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}

impl Sleep for AwakeSleep {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_time_ends() {
        let (time, start) = (Duration::from_millis(200), Instant::now());
        assert_eq!(within(time, std::future::pending::<()>()).await, None);
        assert!((time..time * 20).contains(&start.elapsed()));
        assert_eq!(within(time, async { 7 }).await, Some(7));
    }
}

//! How soon somebody on this machine is answered while others keep the proxy busy.

use std::pin::pin;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::FutureExt;
use nws_tests::Client;

/// Answers that are waited for, at least.
const ROUND_TRIPS: usize = 300;

/// How long answers take until something has come to its end: half of them no longer than the
/// first, all but one in a hundred no longer than the second.
pub(crate) async fn round_trips<T>(
    client: &mut Client,
    end: impl Future<Output = T>,
) -> Result<([Duration; 2], T)> {
    let (mut times, mut end, mut ended) = (Vec::new(), pin!(end), None);
    loop {
        let start = Instant::now();
        client.id().await?;
        times.push(start.elapsed());
        if ended.is_none() {
            ended = end.as_mut().now_or_never();
        }
        if times.len() >= ROUND_TRIPS
            && let Some(ended) = ended.take()
        {
            times.sort_unstable();
            return Ok(([times[times.len() / 2], times[times.len() * 99 / 100]], ended));
        }
    }
}

/// Figures for those who look for them: nothing depends on them.
#[expect(clippy::print_stderr, reason = "the log of a test is where they are looked for")]
pub(crate) fn show(what: &str, [median, most]: [Duration; 2]) {
    eprintln!("round trips {what}: {median:?}, p99 {most:?}");
}

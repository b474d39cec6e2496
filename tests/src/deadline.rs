//! The one deadline of all waits.

use std::time::Duration;

use anyhow::{Context, Result};

/// Far beyond anything that takes its normal course, even on a busy machine.
pub const DEADLINE: Duration = Duration::from_secs(40);

/// Awaits `event`, or fails at the deadline with its name.
pub async fn within<T>(event: &str, future: impl Future<Output = T>) -> Result<T> {
    tokio::time::timeout(DEADLINE, future).await.with_context(|| format!("waited in vain for {event}"))
}

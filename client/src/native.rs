//! The connection of a program: tokio and tungstenite.

mod pipe;
mod socket;
mod status;

use std::pin::{Pin, pin};
use std::sync::LazyLock;
use std::task::Context;
use std::time::{Duration, Instant};

use crate::Error;
use crate::endpoint::Endpoint;

pub(crate) use socket::{Socket, connect};
pub(crate) use status::gather;

/// A text as it came.
pub(crate) type Text = tungstenite::Utf8Bytes;

/// Something that is waited for.
pub(crate) type Task<T> = Pin<Box<dyn Future<Output = T> + Send>>;

static BEGIN: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Milliseconds of a clock.
pub(crate) fn now() -> f64 {
    BEGIN.elapsed().as_secs_f64() * 1000.0
}

/// A random number from 0 to 1.
pub(crate) fn chance() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}

pub(crate) fn sleep(milliseconds: f64) -> Task<()> {
    Box::pin(tokio::time::sleep(Duration::from_secs_f64(milliseconds.max(0.0) / 1000.0)))
}

pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> Result<(), Error> {
    let runtime = tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
    runtime.spawn(task);
    Ok(())
}

/// Lets all others have their turn. A task that merely wakes itself is run 60 times before the future of
/// tokio's `block_on`, and then so much waits that it is in no cache any more.
pub(crate) fn give_way(cx: &mut Context<'_>) {
    let _ = pin!(tokio::task::yield_now()).poll(cx);
}

/// A proxy has no TLS for its clients.
pub(crate) fn check(endpoint: &Endpoint) -> Result<(), Error> {
    if endpoint.is_secure() {
        return Err(Error::NoTls { endpoint: endpoint.to_string() });
    }
    match endpoint.origin() {
        Some(origin) if tungstenite::http::HeaderValue::from_str(origin).is_err() => {
            Err(Error::InvalidOrigin { origin: origin.to_owned() })
        }
        _ => Ok(()),
    }
}

/// The origin that the program says it has.
pub(crate) fn origin(endpoint: &Endpoint) -> String {
    endpoint.origin().unwrap_or_default().to_owned()
}

/// Gives whether reading can pause, so that the proxy learns that this client is slow.
pub(crate) const CAN_PAUSE: bool = true;

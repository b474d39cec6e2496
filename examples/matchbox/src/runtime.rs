//! Where channels live in a game that has no runtime of tokio.

use std::sync::LazyLock;

use tokio::runtime::{Builder, EnterGuard, Handle, Runtime};

static RUNTIME: LazyLock<std::io::Result<Runtime>> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(1).enable_all().build());

/// Enters a runtime, unless the caller is in one. Without any, channels say so.
pub(crate) fn enter() -> Option<EnterGuard<'static>> {
    match Handle::try_current() {
        Ok(_) => None,
        Err(_) => RUNTIME.as_ref().ok().map(Runtime::enter),
    }
}

//! Tells systemd, where it has started the proxy, that clients can connect, or why the proxy ends.

pub(crate) use system::{failed, listening};

#[cfg(target_os = "linux")]
mod system {
    use sd_notify::NotifyState;

    /// Clients can connect.
    pub(crate) fn listening() {
        tell(NotifyState::Ready);
    }

    /// The proxy ends for this reason.
    pub(crate) fn failed(reason: &str) {
        tell(NotifyState::Status(reason));
    }

    fn tell(state: NotifyState<'_>) {
        if let Err(error) = sd_notify::notify(&[state]) {
            tracing::warn!(%error, "cannot tell systemd how the proxy is");
        }
    }
}

/// Other systems ask for nothing.
#[cfg(not(target_os = "linux"))]
mod system {
    pub(crate) fn listening() {}

    pub(crate) fn failed(_: &str) {}
}

//! Reads what is set about Tailscale.

use std::path::PathBuf;

use super::{HAS_UNIX_SOCKETS, Settings, Sources, Usage, socket_path};

/// Where tailscaled listens, as its packages have it.
const SOCKET: &str = if cfg!(target_vendor = "apple") {
    "/var/run/tailscaled.socket"
} else {
    "/var/run/tailscale/tailscaled.sock"
};

impl Settings {
    /// The socket of tailscaled, if it is to be asked.
    pub(super) fn tailscale(&self, sources: &Sources) -> Result<Option<PathBuf>, Usage> {
        let path = self.tailscale_socket.as_deref();
        let path = path.map(|path| socket_path(&sources.name("tailscale_socket"), path)).transpose()?;
        if !self.tailscale.unwrap_or(false) {
            return match path {
                Some(_) => Err(Usage(format!("{} needs --tailscale", sources.name("tailscale_socket")))),
                None => Ok(None),
            };
        }
        if !HAS_UNIX_SOCKETS {
            return Err(Usage(format!(
                "{}: nws cannot ask tailscaled on this system: name the other machines with --peer",
                sources.name("tailscale")
            )));
        }
        Ok(Some(path.unwrap_or_else(|| SOCKET.into())))
    }
}

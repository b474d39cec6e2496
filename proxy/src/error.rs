//! What keeps a proxy from starting.

use std::io;

/// Why a proxy cannot serve. What the system said is the `source`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else listens there.
    #[error(
        "port {port} is taken on {address}: stop the other program (perhaps a proxy that already runs), \
         or choose another port with --port"
    )]
    PortTaken {
        /// The port.
        port: u16,
        /// `127.0.0.1` or `[::1]`.
        address: &'static str,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}:{port}")]
    Listen {
        /// The port.
        port: u16,
        /// `127.0.0.1` or `[::1]`.
        address: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A thread or its runtime could not be made.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random(#[from] getrandom::Error),
}

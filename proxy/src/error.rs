//! Names what keeps a proxy from starting.

use std::io;
use std::path::PathBuf;

use crate::tls::IdentityError;

/// The reason why a proxy cannot serve. What the system said is the `source`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration of the backbone cannot be used.
    #[error("the backbone cannot be used")]
    Backbone(#[from] nws_backbone::BackboneError),
    /// Another program listens on the port.
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
    /// Another program on Windows holds the port for itself, or Windows has reserved it.
    #[error(
        "Windows keeps port {port} on {address} for another use: choose another port with --port (`netsh interface \
         ipv4 show excludedportrange protocol=tcp` lists the ports that it has reserved)"
    )]
    PortReserved {
        /// The port.
        port: u16,
        /// `127.0.0.1` or `[::1]`.
        address: &'static str,
    },
    /// The system refuses to listen on the address.
    #[error("cannot listen on {address}:{port}")]
    Listen {
        /// The port.
        port: u16,
        /// `127.0.0.1` or `[::1]`.
        address: &'static str,
        /// The error of the system.
        source: io::Error,
    },
    /// The system refuses to listen on the Unix socket.
    #[error("cannot listen on {}", path.display())]
    Unix {
        /// Its path.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A program listens on that Unix socket already.
    #[error(
        "a program listens on {} already: stop it (perhaps a proxy that already runs), or choose another path \
         with --unix",
        .0.display()
    )]
    UnixTaken(PathBuf),
    /// The path belongs to something else.
    #[error("{} is no socket of this user: remove it, or choose another path with --unix", .0.display())]
    UnixForeign(PathBuf),
    /// Other users can write into a folder on the path of the socket.
    #[error(
        "other users can replace files in {} (mode {mode:o}): run `chmod go-w` on that folder if it is yours, or \
         choose a path with --unix below your home folder",
        path.display()
    )]
    UnixOpenFolder {
        /// The folder.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// A folder on the path of the socket, or a symbolic link, belongs to another user.
    #[error(
        "other users can replace the socket, as {} belongs to the user with the number {owner}: run nws as that user, or \
         choose a path with --unix below your home folder",
        path.display()
    )]
    UnixForeignFolder {
        /// The folder or link.
        path: PathBuf,
        /// The number of its user.
        owner: u32,
    },
    /// The system refuses to listen for other proxies.
    #[error("cannot listen for other proxies on port {port}: choose another one with --link-port")]
    LinkPort {
        /// The port.
        port: u16,
        /// The error of the system.
        source: io::Error,
    },
    /// The network interfaces cannot be read.
    #[error("cannot read the network interfaces")]
    Interfaces(#[source] io::Error),
    /// No identity could be made.
    #[error("cannot make an identity")]
    Identity(#[from] IdentityError),
    /// A thread or its runtime could not be started.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    Random(#[from] getrandom::Error),
}

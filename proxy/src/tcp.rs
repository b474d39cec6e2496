//! Sets up TCP sockets: where they listen, how long their queues are, and that they send without
//! delay.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use rustix::io::Errno;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Clients that may wait to be accepted. A page that reloads opens a few dozen at once.
const CLIENT_BACKLOG: u32 = 1024;

/// Links that may wait to be accepted.
const LINK_BACKLOG: u32 = 128;

/// What the system may hold unsent for one client, in bytes: less than a draining reader takes
/// within the time by which it is judged.
#[cfg(any(target_os = "linux", target_os = "android"))]
const CLIENT_UNSENT_MAX: u32 = 64 * 1024;

/// What the system may hold unsent for one link, in bytes: heartbeats wait behind it.
#[cfg(any(target_os = "linux", target_os = "android"))]
const LINK_UNSENT_MAX: u32 = 256 * 1024;

/// Pause after accepting has failed, which happens when descriptors have run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Listens for clients. On Linux every accepted socket inherits what is set here: frames are not
/// held back (Nagle's algorithm), and the following.
///
/// A socket becomes writable again after every [`CLIENT_UNSENT_MAX`] bytes that its reader takes,
/// and not only when a third of its buffer is free. On loopback, a slow reader can take seconds for
/// that third: flow control could not tell such a reader from one that has stopped. Other systems
/// have smaller buffers.
///
/// Segments are not paced: BBR, the default of some systems, spreads them by timers. On loopback
/// that has no use, and it was measured to cost a tenth of the time of small messages.
pub(crate) fn listen_for_clients(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = bound(address)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let socket = SockRef::from(&socket);
        // Every kernel has it, but a system may forbid it.
        let _ = socket.set_tcp_congestion(b"reno");
        socket.set_tcp_nodelay(true)?;
        socket.set_tcp_notsent_lowat(CLIENT_UNSENT_MAX)?;
    }
    socket.listen(CLIENT_BACKLOG)
}

/// Listens for links. The socket of each is tuned by [`tune_link`].
pub(crate) fn listen_for_links(address: SocketAddr) -> io::Result<TcpListener> {
    bound(address)?.listen(LINK_BACKLOG)
}

/// Makes an accepted client's socket send each frame as soon as it is written, if it has not
/// inherited that.
pub(crate) fn tune_client(stream: &TcpStream) -> io::Result<()> {
    let has_inherited = cfg!(any(target_os = "linux", target_os = "android"));
    if has_inherited { Ok(()) } else { stream.set_nodelay(true) }
}

/// Makes the socket of a link send each frame as soon as it is written, and limits the queue of the
/// system: what waits has to wait where this proxy sees it.
///
/// Within a local network (`is_on_link`) segments are not paced, as on loopback: a timer for each of
/// them was measured to cost a quarter of the time of the side that sends. BBR, which does that,
/// is meant for longer ways. Another default of the system stays.
pub(crate) fn tune_link(stream: &TcpStream, is_on_link: bool) -> io::Result<()> {
    stream.set_nodelay(true)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let socket = SockRef::from(stream);
        if is_on_link && socket.tcp_congestion().is_ok_and(|name| name.starts_with(b"bbr")) {
            // Every kernel has it, but a system may forbid it.
            let _ = socket.set_tcp_congestion(b"reno");
        }
        socket.set_tcp_notsent_lowat(LINK_UNSENT_MAX)?;
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let _ = is_on_link;
    Ok(())
}

/// Gives whether accepting has failed for one connection only, which has ended in the queue.
pub(crate) fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

/// Pauses before the next attempt to accept, after one has failed.
pub(crate) async fn pause_accepting() {
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

/// Gives whether a socket cannot be bound because this system lacks IPv4 or IPv6, or has no
/// loopback address of it.
pub(crate) fn is_without_family(error: &io::Error) -> bool {
    let is_unknown = Errno::from_io_error(error) == Some(Errno::AFNOSUPPORT);
    error.kind() == ErrorKind::AddrNotAvailable || is_unknown
}

/// A socket with this address. A socket for all addresses of this machine takes IPv4 and IPv6.
fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if address.is_ipv6() && address.ip().is_unspecified() {
        SockRef::from(&socket).set_only_v6(false)?;
    }
    // On Unix this option is about ports of connections that have ended. On Windows it would let
    // two programs have one port. Without it, Windows gives no other user the port, nor another
    // program that does not ask to share it.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

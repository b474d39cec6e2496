//! Clients that join and say nothing.

use anyhow::{Context, Result, ensure};
use futures_util::future::try_join_all;
use nws_tests::{Proxy, Request, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, sink};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// The beginning of the answer to a client that may join.
const UPGRADED: &[u8] = b"HTTP/1.1 101";
/// Clients that join at one time.
const AT_ONCE: usize = 50;

/// Joins, and reads no more than that it may.
pub(crate) async fn join(proxy: &Proxy, path: &str, receive_buffer: Option<u32>) -> Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if let Some(bytes) = receive_buffer {
        socket.set_recv_buffer_size(bytes)?;
    }
    let connect = socket.connect(([127, 0, 0, 1], proxy.port()).into());
    let mut stream = within("a connection", connect).await??;
    stream.write_all(Request::upgrade(path).text(proxy.port()).as_bytes()).await?;
    let mut answer = [0; UPGRADED.len()];
    within("an answer", stream.read_exact(&mut answer)).await?.context("no answer")?;
    ensure!(answer == *UPGRADED, "not upgraded: {}", String::from_utf8_lossy(&answer));
    Ok(stream)
}

/// Clients of so many channels, which read nothing: the system keeps what few others there are.
pub(crate) async fn silent(proxy: &Proxy, channels: usize, members: usize) -> Result<Vec<TcpStream>> {
    let paths: Vec<_> =
        (0..channels * members).map(|client| format!("/local/{}", client / members)).collect();
    let mut clients = Vec::new();
    for paths in paths.chunks(AT_ONCE) {
        clients.extend(try_join_all(paths.iter().map(|path| join(proxy, path, None))).await?);
    }
    Ok(clients)
}

/// Clients of one channel, which read all that they are told.
pub(crate) async fn crowd(proxy: &Proxy, members: usize) -> Result<JoinSet<()>> {
    let mut clients = JoinSet::new();
    for _ in 0..members {
        let client = join(proxy, "/local/crowd", None).await?;
        clients.spawn(read_all(client));
    }
    Ok(clients)
}

/// Reads until the proxy closes.
async fn read_all(mut client: TcpStream) {
    // Whichever way it ends, nothing is left to read.
    let _ = copy(&mut client, &mut sink()).await;
}

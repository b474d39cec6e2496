//! Messages that have no end.

use anyhow::Result;
use nws_tests::{Connection, Proxy};

use crate::clients::join;

/// Bytes of each.
const BYTES: usize = 1024 * 1024;
/// A ping of a client, whose mask is all zero, and its answer.
const PING: &[u8] = b"\x89\x80\0\0\0\0";
const PONG: &[u8] = b"\x8a\0";

/// Clients that have said the first fragment of a text, and no more.
pub(crate) async fn messages(proxy: &Proxy, count: usize) -> Result<Vec<Connection>> {
    let mut clients = Vec::new();
    let frame = [b"\x01\xff", &(BYTES as u64).to_be_bytes()[..], &[0; 4], &[b'x'; BYTES], PING].concat();
    for number in 0..count {
        let mut client = Connection::over(join(proxy, &format!("/local/{number}"), None).await?)?;
        client.write(&frame).await?;
        client.read_past(PONG).await?;
        clients.push(client);
    }
    Ok(clients)
}

//! Memory goes back to the system when those have gone for whom it was taken.

use anyhow::Result;
use futures_util::future::try_join_all;
use nws_tests::{Connection, Memory, Peer, Proxy, Request};

use crate::flow::{MIB, narrow};

const CLIENTS: usize = 10_000;
const PEERS_OF_A_CHANNEL: usize = 10;

/// Clients that have stopped reading, and what waits for each: nearly as much as it is cut for.
const STOPPED: usize = 12;
const BACKLOG: usize = 14 * MIB;
/// So short that many lie in one block of the allocator.
const MESSAGE: usize = 2000;

async fn join(proxy: &Proxy, channel: usize) -> Result<Connection> {
    let mut connection = Connection::open(proxy).await?;
    let upgrade = Request::upgrade(&format!("/local/{channel}")).text(proxy.port());
    connection.write(upgrade.as_bytes()).await?;
    connection.read_head().await?;
    Ok(connection)
}

#[tokio::test]
async fn memory_of_many_clients_goes_back_when_they_have_gone() -> Result<()> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    let proxy = Proxy::start().await?;
    Peer::alone(&proxy, "/local/first").await?.leave().await?;
    let mut memory = Memory::before(&proxy)?;
    let mut clients = Vec::new();
    for channel in 0..CLIENTS / PEERS_OF_A_CHANNEL {
        clients.extend(try_join_all((0..PEERS_OF_A_CHANNEL).map(|_| join(&proxy, channel))).await?);
    }
    memory.at_peak(&proxy)?;
    drop(clients);
    memory.is_back(&proxy).await
}

#[tokio::test]
async fn memory_of_what_waited_for_slow_readers_goes_back_when_they_have_gone() -> Result<()> {
    let proxy = Proxy::start().await?;
    let mut sender = Peer::alone(&proxy, "/local/chan").await?;
    let mut memory = Memory::before(&proxy)?;
    let mut stopped = Vec::new();
    for number in 0..STOPPED {
        stopped.push(narrow(&proxy, &format!("/local/chan/{number}")).await?);
        sender.arrival().await?;
    }
    for _ in 0..BACKLOG / MESSAGE {
        for number in 0..STOPPED {
            sender.message_binary(&number.to_string(), &[0; MESSAGE]).await?;
        }
    }
    sender.id().await?;
    memory.at_peak(&proxy)?;
    drop(stopped);
    memory.is_back(&proxy).await
}

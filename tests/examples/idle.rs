//! Measures what an idle connection costs the proxy in memory: 5,000 of them, ten to a channel. Prints JSON;
//! `cargo xtask bench memory` runs it.

#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

use anyhow::Result;
use nws_report::native::IdleConnections;
use nws_tests::{Connection, Proxy, Request};

const CHANNELS: usize = 500;
const PEERS: usize = 10;
/// `{"action":"status"}` as a client's frame, its mask all zero.
const STATUS: &[u8] = b"\x81\x93\0\0\0\0{\"action\":\"status\"}";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    let proxy = Proxy::start().await?;
    join(&proxy, "/warm-up").await?;
    let before = proxy.memory_kib("VmRSS")?;
    let mut connections = Vec::new();
    for number in 0..CHANNELS * PEERS {
        connections.push(join(&proxy, &format!("/channel-{}", number % CHANNELS)).await?);
    }
    let joined = proxy.memory_kib("VmRSS")?;
    let count = connections.len();
    let report = IdleConnections {
        connections: count,
        before_kib: before,
        joined_kib: joined,
        kib_per_connection: (joined - before) / count as f64,
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

/// Joins, and waits for the answer to a question, before which every notice has been written.
async fn join(proxy: &Proxy, path: &str) -> Result<Connection> {
    let mut connection = Connection::open(proxy).await?;
    connection.write(Request::upgrade(path).text(proxy.port()).as_bytes()).await?;
    connection.read_head().await?;
    connection.write(STATUS).await?;
    let status = br#"{"action":"status""#;
    connection.read_past(status).await?;
    connection.read_past(status).await?;
    Ok(connection)
}

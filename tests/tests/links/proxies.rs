//! Proxies that are linked on this machine.

use anyhow::Result;
use nws_tests::{Proxy, Setup};

/// One that others reach over loopback, at a port of its choice, and that says what happens. It has several
/// shards, so that links reach other threads, whatever this machine is.
pub(crate) fn linkable() -> Setup {
    linkable_with(3)
}

/// The same with so many shards.
pub(crate) fn linkable_with(shards: usize) -> Setup {
    let setup = Setup::new().flag("--shards", shards).flag("--link-port", 0).flag("--interface", "lo");
    setup.env("NWS_LOG", "nws_proxy=debug")
}

/// One that keeps connected to `port`.
pub(crate) fn linked_to(port: u16) -> Setup {
    linkable().flag("--peer", format!("127.0.0.1:{port}"))
}

/// Two that are about to be linked: the second one dials.
pub(crate) async fn pair() -> Result<(Proxy, Proxy)> {
    let one = linkable().start().await?;
    let other = linked_to(one.link().await?.1).start().await?;
    Ok((one, other))
}

/// How many channels a proxy has matched on all its links, found out when it has ended.
pub(crate) async fn matches(proxy: Proxy) -> Result<usize> {
    proxy.signal("TERM").await?;
    let exit = proxy.exit().await?;
    Ok(exit.stderr.lines().filter(|line| line.contains("a channel is matched")).count())
}

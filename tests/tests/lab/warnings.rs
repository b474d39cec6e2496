//! What keeps proxies apart is told in their logs, once, and again when it changes.

use anyhow::Result;
use nws_protocol::LINK_PORT;
use nws_tests::lab::Lab;
use nws_tests::{Proxy, Setup};

/// How often these words are in one line of its log, once it has ended.
async fn count(proxy: Proxy, words: &[&str]) -> Result<usize> {
    proxy.signal("TERM").await?;
    let log = proxy.exit().await?.stderr;
    Ok(log.lines().filter(|line| words.iter().all(|word| line.contains(word))).count())
}

#[tokio::test]
async fn an_interface_that_goes_is_told_each_time() -> Result<()> {
    let lab = Lab::new(1)?;
    lab[0].run("link add more0 type veth peer name more1")?;
    lab[0].run("address add 10.99.0.1/24 dev more0")?;
    lab[0].run("link set more0 up")?;
    lab[0].run("link set more1 up")?;
    let proxy = lab[0].start().await?;
    proxy.log(&["INFO", "network interfaces: used:", "more0"]).await?;
    lab[0].take_down()?;
    proxy.log(&["WARN", "the network interface eth0 is not used any more: it is down"]).await?;
    lab[0].run("link del more0")?;
    proxy.log(&["WARN", "the network interface more0 is not used any more: it is gone"]).await?;
    assert_eq!(count(proxy, &["WARN", "eth0 is not used any more"]).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_peer_is_told_of_once_and_again_when_the_reason_changes() -> Result<()> {
    let lab = Lab::new(2)?;
    // Nobody listens at first, and then somebody who is no proxy.
    let peer = format!("{}:{LINK_PORT}", lab[1].address());
    let proxy =
        Setup::on(&lab[0]).flag("--peer", &peer).flag("--peer", "nonesuch.invalid:9010").start().await?;
    proxy.log(&["WARN", "cannot reach this address", "refused", &peer]).await?;
    proxy.log(&["WARN", "cannot look up this address", "nonesuch.invalid:9010"]).await?;
    let program =
        lab[1].namespace().inside(|| Ok(std::net::TcpListener::bind((lab[1].address(), LINK_PORT))?))?;
    let closing = std::thread::spawn(move || program.accept().map(drop));
    proxy.log(&["WARN", "cannot reach this address", "closes the connection", &peer]).await?;
    closing.join().map_err(|_| anyhow::anyhow!("a panic"))??;
    assert_eq!(count(proxy, &["WARN", "nonesuch.invalid:9010"]).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_peer_that_is_silent_is_told_of() -> Result<()> {
    let lab = Lab::new(2)?;
    lab[1].run("-4 rule add pref 100 lookup local")?;
    lab[1].run(&format!("-4 rule add pref 50 iif eth0 ipproto tcp dport {LINK_PORT} blackhole"))?;
    lab[1].run("-4 rule del pref 0")?;
    let peer = format!("{}:{LINK_PORT}", lab[1].address());
    let proxy = Setup::on(&lab[0]).flag("--peer", &peer).start().await?;
    proxy.log(&["WARN", "cannot reach this address", "no answer in time", &peer]).await?;
    Ok(())
}

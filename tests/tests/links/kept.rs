//! Links with so many members that their names alone take memory: how much all of them get, and who
//! goes.

use anyhow::{Result, ensure};
use nws_tests::{Client, Memory, Peer, Received};

use crate::crowd::crowds;
use crate::latency::{round_trips, show};
use crate::proxies::{linkable, linkable_with, linked_to};

/// Links of one address, of 64 that it may have.
const LINKS: usize = 24;

/// So few that those which stay take most of what there is for links.
const FEW_LINKS: usize = 4;

/// What memory may grow by, in KiB.
const GROWTH_MAX: f64 = 64.0 * 1024.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_of_other_proxies_take_no_more_memory_than_there_is_for_them() -> Result<()> {
    let proxy = linkable_with(1).start().await?;
    let port = proxy.link().await?.1;
    let friend = linked_to(port).start().await?;
    // A raw member is not told who comes.
    let mut here = Client::join(&proxy, "/network/room/here").await?;
    let (mut there, _) = Peer::enter(&friend, "/room", 1).await?;
    let before = proxy.memory_kib("VmRSS")?;
    let mut aside = Client::join(&proxy, "/local/aside").await?;
    let (times, crowds) = round_trips(&mut aside, crowds(port, LINKS)).await?;
    let (crowds, most) = (crowds?, proxy.memory_kib("VmHWM")?);
    show("beside crowds", times);
    show_growth(before, most);
    ensure!(most - before < GROWTH_MAX, "{before} KiB have become {most} KiB");
    proxy.log(&["WARN", "a link is closed", "127.0.0.2", "block its address"]).await?;
    proxy.log(&["a link has ended", "all take too much memory"]).await?;
    // A link with few members has not noticed.
    here.send("to all").await?;
    ensure!(there.json().await?["data"] == "to all");
    there.broadcast("to all").await?;
    ensure!(here.receive().await? == Received::Text("to all".to_owned()));
    drop(crowds);
    proxy.signal("TERM").await?;
    ensure!(proxy.exit().await?.stderr.contains("link_memory="));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_of_links_with_many_members_goes_back_when_they_have_ended() -> Result<()> {
    let proxy = linkable().start().await?;
    let _here = Client::join(&proxy, "/network/room/here").await?;
    let mut memory = Memory::before(&proxy)?;
    let crowds = crowds(proxy.link().await?.1, FEW_LINKS).await?;
    memory.at_peak(&proxy)?;
    drop(crowds);
    memory.is_back(&proxy).await
}

/// Figures for those who look for them.
#[expect(clippy::print_stderr, reason = "the log of a test is where they are looked for")]
fn show_growth(before: f64, most: f64) {
    eprintln!("memory grew by {:.1} MiB, from {:.1} MiB", (most - before) / 1024.0, before / 1024.0);
}

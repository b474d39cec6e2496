//! Measures what stays of a peak of memory: the proxy before it, at most, and some seconds after
//! it. The argument says what the peak is of. Prints JSON; `cargo xtask bench peak` runs it.

#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

mod clients;
mod readers;
mod unfinished;
mod watch;

#[path = "../../tests/links/crowd.rs"]
mod crowd;
#[path = "../../tests/links/frames.rs"]
#[expect(dead_code, reason = "tests of links need more of it")]
mod frames;
#[path = "../../tests/links/identity.rs"]
#[expect(dead_code, reason = "tests of links need more of it")]
mod identity;
#[path = "../../tests/links/proxies.rs"]
#[expect(dead_code, reason = "tests of links need more of it")]
mod proxies;
#[path = "../../tests/links/stranger.rs"]
#[expect(dead_code, reason = "tests of links need more of it")]
mod stranger;
#[path = "../../tests/links/wire.rs"]
#[expect(dead_code, reason = "tests of links need more of it")]
mod wire;

use anyhow::{Result, bail};
use nws_report::native::{Peak, PeakOf};
use nws_tests::{Client, Proxy};

use crowd::crowds;
use watch::Watch;

/// Links of one address, of 64 that it may have.
const LINKS: usize = 24;

#[tokio::main]
async fn main() -> Result<()> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    let name = std::env::args().nth(1).unwrap_or_default();
    let Ok(of) = serde_json::from_value(name.clone().into()) else { bail!("no peak is of {name:?}") };
    println!("{}", serde_json::to_string(&measure(of).await?)?);
    Ok(())
}

async fn measure(of: PeakOf) -> Result<Peak> {
    if of == PeakOf::Links {
        return links().await;
    }
    let proxy = Proxy::start().await?;
    drop(clients::join(&proxy, "/local/first", None).await?);
    let watch = Watch::before(&proxy)?;
    match of {
        PeakOf::Stopped => drop(readers::stopped(&proxy).await?),
        PeakOf::Drained => {
            let _readers = readers::drained(&proxy).await?;
            return watch.after().await;
        }
        PeakOf::Clients => drop(clients::silent(&proxy, 500, 10).await?),
        PeakOf::Channels => drop(clients::silent(&proxy, 10_000, 1).await?),
        PeakOf::Crowd => drop(clients::crowd(&proxy, 1000).await?),
        PeakOf::Unfinished => drop(unfinished::messages(&proxy, 200).await?),
        PeakOf::Links => {}
    }
    watch.after().await
}

async fn links() -> Result<Peak> {
    let proxy = proxies::linkable_with(1).start().await?;
    let _here = Client::join(&proxy, "/network/room/here").await?;
    let watch = Watch::before(&proxy)?;
    drop(crowds(proxy.link().await?.1, LINKS).await?);
    watch.after().await
}

//! Many sites with many channels.

use std::time::Duration;

use anyhow::{Context, Result};
use nws_tests::{Broker, Client, Proxy};
use tokio::time::timeout;

use crate::sites::{Key, site};

const SITES: usize = 8;
const CHANNELS: usize = 200;

/// In which all channels have to be matched, from a cold start.
const GOAL: Duration = Duration::from_secs(30);

/// A client in each channel.
async fn join_all(proxy: &Proxy) -> Result<Vec<Client>> {
    let mut clients = Vec::new();
    for channel in 0..CHANNELS {
        clients.push(Client::join(proxy, &format!("/crowd-{channel}")).await?);
    }
    Ok(clients)
}

#[tokio::test]
async fn all_channels_of_all_sites_are_matched_in_time() -> Result<()> {
    rlimit::increase_nofile_limit(16 * 1024)?;
    let (port, key) = (Broker::start().await?.kill().await?, Key::make().await?);
    let (mut proxies, mut clients) = (Vec::new(), Vec::new());
    for number in 0..SITES {
        let setup = site(&format!("site-{number}"), port, &key).env("NWS_LOG", "warn");
        let proxy = setup.start().await?;
        clients.extend(join_all(&proxy).await?);
        proxies.push(proxy);
    }
    let _broker = Broker::at(port).await?;
    let matching = async {
        for client in &mut clients {
            for _ in 1..SITES {
                client.arrival().await?;
            }
        }
        anyhow::Ok(())
    };
    timeout(GOAL, matching).await.context("the channels are not matched in time")?
}

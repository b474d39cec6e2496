//! Measures the time from the start of a proxy until its peers and those of another proxy know each
//! other.

use std::time::{Duration, Instant};

use anyhow::Result;
use nws_report::lan::Meet;
use nws_tests::lab::Lab;
use nws_tests::{Client, Proxy};
use tokio::time::sleep;

use super::pair::{end, quiet};
use super::times;
use crate::options::Options;

const COUNT: usize = 20;
/// Time after which a proxy has announced itself twice and is idle.
const SETTLING: Duration = Duration::from_secs(4);

/// Two fresh proxies, and a fresh one with one that has been running for long.
pub(super) async fn measure(options: &Options) -> Result<Meet> {
    let lab = Lab::new(2)?;
    let (mut fresh, mut running) = (Vec::new(), Vec::new());
    for number in 0..options.count(COUNT) {
        fresh.push(both_start(&lab, number).await?);
        running.push(one_starts(&lab, number).await?);
    }
    Ok(Meet { fresh: times::summary(&fresh), running: times::summary(&running) })
}

async fn both_start(lab: &Lab, number: usize) -> Result<Duration> {
    let path = format!("/fresh-{number}");
    let start = Instant::now();
    let one = arrive(lab, 0, &path);
    let two = arrive(lab, 1, &path);
    let ((one, _), (two, _)) = tokio::try_join!(one, two)?;
    let took = start.elapsed();
    end(one).await?;
    end(two).await?;
    Ok(took)
}

/// It meets another proxy each time, as a proxy keeps looking for proxies that it has lost.
async fn one_starts(lab: &Lab, number: usize) -> Result<Duration> {
    let path = format!("/running-{number}");
    let running = quiet(&lab[0]).start().await?;
    let mut one = Client::join(&running, &path).await?;
    sleep(SETTLING).await;
    let start = Instant::now();
    let ((two, _), _) = tokio::try_join!(arrive(lab, 1, &path), one.arrival())?;
    let took = start.elapsed();
    end(two).await?;
    end(running).await?;
    Ok(took)
}

/// Starts a proxy, joins, and waits for another peer.
async fn arrive(lab: &Lab, number: usize, path: &str) -> Result<(Proxy, Client)> {
    let proxy = quiet(&lab[number]).start().await?;
    let mut client = Client::join(&proxy, path).await?;
    client.arrival().await?;
    Ok((proxy, client))
}

//! Measures how soon peers notice that a proxy is killed, and that a network is cut and heals.

use std::time::{Duration, Instant};

use anyhow::Result;
use nws_report::lan::Faults;
use nws_tests::Client;
use tokio::time::sleep;

use super::pair::Pair;
use super::times;
use crate::options::Options;

const KILLS: usize = 5;
/// How long networks stay apart when both sides know that they are apart. A proxy that dials the
/// other one without success does so at longer and longer intervals.
const OUTAGES: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_secs(2),
    Duration::from_secs(6),
    Duration::from_secs(11),
    Duration::from_secs(20),
];

/// The times until `disconnect`, and from the healing until `connect`.
pub(super) async fn measure(options: &Options) -> Result<Faults> {
    let mut kills = Vec::new();
    for _ in 0..options.count(KILLS) {
        kills.push(kill(Pair::start().await?).await?);
    }
    let (mut cuts, mut heals) = (Vec::new(), Vec::new());
    for outage in OUTAGES.into_iter().take(if options.quick { 1 } else { OUTAGES.len() }) {
        let (cut, heal) = partition(Pair::start().await?, outage).await?;
        cuts.push(cut);
        heals.push(heal);
    }
    let [kill, partition, heal] = [kills, cuts, heals].map(|times| times::summary(&times));
    Ok(Faults { kill, partition, heal })
}

async fn kill(pair: Pair) -> Result<Duration> {
    let [mut one, _two] = pair.meet("/kill").await?;
    let [left, killed] = pair.proxies;
    let start = Instant::now();
    killed.signal("KILL").await?;
    one.departure().await?;
    let took = start.elapsed();
    killed.exit().await?;
    super::pair::end(left).await?;
    Ok(took)
}

/// The times that both sides took to see the other leave, and to see it again.
async fn partition(pair: Pair, outage: Duration) -> Result<(Duration, Duration)> {
    let [mut one, mut two] = pair.meet("/partition").await?;
    let start = Instant::now();
    pair.lab[1].unplug()?;
    tokio::try_join!(one.departure(), two.departure())?;
    let cut = start.elapsed();
    sleep(outage).await;
    let start = Instant::now();
    pair.lab[1].plug_in()?;
    meet_again(&mut one, &mut two).await?;
    let heal = start.elapsed();
    pair.end().await?;
    Ok((cut, heal))
}

async fn meet_again(one: &mut Client, two: &mut Client) -> Result<()> {
    tokio::try_join!(one.arrival(), two.arrival())?;
    Ok(())
}

//! Measures sites that share a broker on this machine, beside what the broker alone, bare TLS
//! through it and a direct link do.

mod bare;
mod crowd;
pub(super) mod growth;
mod places;
mod talk;

use anyhow::Result;
use nws_report::lan::{Backbone, BackboneRun};
use nws_tests::Broker;

use crate::options::Options;
use places::{Key, Sites};

/// How much is measured.
#[derive(Clone, Copy)]
struct Amount {
    /// Messages and their answers.
    round_trips: usize,
    /// Blocks of bulk.
    blocks: usize,
    /// Messages of 4 KiB.
    small: usize,
}

/// Two sites as often as the options say, and many sites once.
pub(super) async fn measure(options: &Options) -> Result<Backbone> {
    let amount = match options.quick {
        true => Amount { round_trips: 20, blocks: 4, small: 100 },
        false => Amount { round_trips: 3_000, blocks: 300, small: 40_000 },
    };
    let mut runs = Vec::new();
    for _ in 0..options.reps {
        runs.push(run(amount).await?);
    }
    Ok(Backbone { runs, crowd: crowd::measure(options).await? })
}

async fn run(amount: Amount) -> Result<BackboneRun> {
    let (broker, key) = (Broker::start().await?, Key::make().await?);
    let mut sites = Sites::over(&broker, &key).await?;
    let round_trip_ms = talk::round_trip(&mut sites.peers, amount.round_trips).await?;
    let broker_round_trip_ms = bare::round_trip(broker.port(), amount.round_trips).await?;
    let bulk = talk::bulk(&mut sites.peers, amount.blocks).await?;
    let bare_bulk = bare::bulk(broker.port(), amount.blocks)?;
    let small = talk::small(&mut sites.peers, amount.small).await?;
    let mut direct = Sites::direct().await?;
    let direct_small = talk::small(&mut direct.peers, amount.small).await?;
    Ok(BackboneRun { round_trip_ms, broker_round_trip_ms, bulk, bare_bulk, small, direct_small })
}

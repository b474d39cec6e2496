//! The rows, one to a file, and what all of them need: two linked proxies, times, and how much other programs did.

mod bulk;
mod faults;
mod idle;
mod join;
mod load;
mod matching;
mod meet;
mod noise;
mod pair;
mod placing;
mod times;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::runtime;

use crate::options::{Options, Row};
use noise::Noise;

/// What came of the row, with the share of a core that other programs used meanwhile.
pub(crate) fn measure(options: &Options) -> Result<Value> {
    let noise = Noise::listen()?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let measured = runtime.block_on(row(options)).with_context(|| format!("{:?}", options.row))?;
    Ok(json!({"measured": measured, "other_share": noise.share()?}))
}

async fn row(options: &Options) -> Result<Value> {
    match options.row {
        Row::Meet => meet::measure(options).await,
        Row::Join => join::measure(options).await,
        Row::Latency => load::latency(options).await,
        Row::Throughput => load::throughput(options).await,
        Row::Faults => faults::measure(options).await,
        Row::Matching => matching::measure(options),
        Row::Bulk => bulk::measure(options).await,
        Row::Idle => idle::measure(options).await,
    }
}

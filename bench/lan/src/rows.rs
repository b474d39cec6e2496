//! The rows, one in each file, and what all of them need: two linked proxies, times, and a measure
//! of noise.

mod backbone;
mod bulk;
mod faults;
mod idle;
mod join;
mod load;
mod matching;
mod meet;
mod noise;
mod pair;
mod pipe;
mod placing;
mod times;

use anyhow::{Context, Result};
use nws_report::lan::{Measured, Report, Row};
use tokio::runtime;

use crate::options::Options;
use noise::Noise;

/// Measures the row, and the share of a core that other programs used meanwhile.
pub(crate) fn measure(options: &Options) -> Result<Report> {
    let noise = Noise::listen()?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let measured = runtime.block_on(row(options)).with_context(|| format!("{:?}", options.row))?;
    Ok(Report { measured, other_share: noise.share()? })
}

async fn row(options: &Options) -> Result<Measured> {
    Ok(match options.row {
        Row::Meet => Measured::Meet(meet::measure(options).await?),
        Row::Join => Measured::Join(join::measure(options).await?),
        Row::Latency => Measured::Latency(load::latency(options).await?),
        Row::Throughput => Measured::Throughput(load::throughput(options).await?),
        Row::Faults => Measured::Faults(faults::measure(options).await?),
        Row::Matching => Measured::Matching(matching::measure(options)?),
        Row::Bulk => Measured::Bulk(bulk::measure(options).await?),
        Row::Pipe => Measured::Pipe(pipe::measure(options).await?),
        Row::Idle => Measured::Idle(Box::new(idle::measure(options).await?)),
        Row::Backbone => Measured::Backbone(backbone::measure(options).await?),
        Row::Growth => Measured::Growth(backbone::growth::measure(options).await?),
    })
}

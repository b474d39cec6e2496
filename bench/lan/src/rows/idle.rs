//! Measures the cost of a link without messages.

use anyhow::Result;
use nws_report::lan::Idle;
use nws_tests::Client;
use nws_tests::lab::Lab;

use super::load::generate;
use super::pair::{Pair, end, quiet};
use crate::options::Options;

/// In seconds. After that time the threads for the arithmetic of matching have ended: they do so
/// after 10 s.
const SETTLING: u32 = 12;
const WATCHED: u32 = 10;

/// CPU, context switches and memory of two proxies with one common channel, and memory of one proxy
/// without a link.
pub(super) async fn measure(options: &Options) -> Result<Idle> {
    let pair = Pair::start().await?;
    let [one, two] = pair.namespaces();
    let (settling, watched) = if options.quick { (1, 2) } else { (SETTLING, WATCHED) };
    let words = format!("idle --peers 2 --settle {settling} --secs {watched} --namespaces {one},{two}");
    let run = generate(&pair, &words).await?;
    let linked_kib = [pair.proxies[0].memory_kib("VmRSS")?, pair.proxies[1].memory_kib("VmRSS")?];
    pair.end().await?;
    Ok(Idle { run, linked_kib, alone_kib: alone().await? })
}

/// The memory of a proxy with one client and no link.
async fn alone() -> Result<f64> {
    let lab = Lab::new(1)?;
    let proxy = quiet(&lab[0]).switch("--no-discovery").start().await?;
    let mut client = Client::join(&proxy, "/alone").await?;
    client.id().await?;
    let memory = proxy.memory_kib("VmRSS")?;
    end(proxy).await?;
    Ok(memory)
}

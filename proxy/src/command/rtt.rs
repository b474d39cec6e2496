//! `nws rtt`: how long a word takes to each peer and back.
//!
//! It dials a stream, and takes the first word of the peer about it: that comes from the library of the
//! peer and not from its program, so it needs nothing of the peer but that it knows streams.

use std::time::Duration;

use clap::Args;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use networkwebsockets::{Error, Peer};
use serde_json::json;

use super::report::{Report, ReportArgs};
use super::session::ChannelArgs;
use super::stop::Stop;

/// Measure round trips to each peer of a channel
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", super::STATUSES))]
pub(crate) struct Rtt {
    #[command(flatten)]
    channel: ChannelArgs,
    /// Only to the peer with this id, or whose id begins so
    #[arg(long, value_name = "PEER")]
    to: Option<String>,
    /// Round trips to each
    #[arg(long, short = 'n', value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// How long to wait for somebody who is present
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = super::seconds)]
    wait: Duration,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

const EXAMPLES: &str = "\
Examples:
  nws rtt chan                   to each peer
  nws rtt chan --to PEER -n 100  a hundred times to one";

impl Rtt {
    pub(crate) async fn run(&self, report: &Report) -> Result<(), Stop> {
        let mut session = self.channel.join(false).await?;
        let peers = session.audience(self.to.as_deref(), self.wait).await?;
        session.channel.ignore_events();
        let measure = async |peer| (peer, self.measure(peer).await);
        let mut measuring: FuturesUnordered<_> = peers.iter().map(measure).collect();
        let mut measured = 0;
        while let Some((peer, times)) = measuring.next().await {
            match times {
                Ok(times) => {
                    measured += 1;
                    tell(peer, &times, report).await?;
                }
                Err(error) => {
                    report.say(&format!("{}: {error}", peer.id()));
                    let members = json!({ "peer": peer.id(), "reason": error.to_string() });
                    report.object("unmeasured", members).await?;
                }
            }
        }
        session.leave().await?;
        if measured == 0 { Err(Stop::failed("no peer has answered")) } else { Ok(()) }
    }

    /// The times, the shortest first.
    async fn measure(&self, peer: &Peer) -> Result<Vec<Duration>, Error> {
        let mut times = Vec::new();
        for _ in 0..self.count {
            times.push(peer.round_trip().await?);
        }
        times.sort_unstable();
        Ok(times)
    }
}

async fn tell(peer: &Peer, times: &[Duration], report: &Report) -> Result<(), Stop> {
    let [least, middle, most] =
        [0, times.len() / 2, times.len() - 1].map(|index| times[index].as_secs_f64() * 1000.0);
    let members = json!({ "peer": peer.id(), "min_ms": least, "median_ms": middle, "max_ms": most });
    report.object("rtt", members).await?;
    if report.is_json {
        return Ok(());
    }
    let id = report.colors().name(peer.id());
    let line = format!("{id}  min {least:.3} ms  median {middle:.3} ms  max {most:.3} ms\n");
    report.output.write(line).await
}

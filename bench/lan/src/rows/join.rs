//! Measures the time from joining a channel on an existing link until both peers know each other.

use std::time::{Duration, Instant};

use anyhow::Result;
use nws_report::lan::Join;
use nws_tests::{Client, Proxy, Request};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::pair::Pair;
use super::times;
use crate::options::Options;

/// Joins: enough for a p99, and fewer evaluations than two proxies with a common channel grant each
/// other at once.
const COUNT: usize = 400;
/// Time after which everything that a join causes between two proxies is over.
const SETTLING: Duration = Duration::from_millis(20);

/// Both peers join at once, and one after the other.
pub(super) async fn measure(options: &Options) -> Result<Join> {
    let (mut at_once, mut in_turn) = (Vec::new(), Vec::new());
    let [first, second] = [Pair::start().await?, Pair::start().await?];
    for number in 0..options.count(COUNT) {
        at_once.push(both_join(&first, number).await?);
        in_turn.push(one_joins(&second, number).await?);
    }
    first.end().await?;
    second.end().await?;
    Ok(Join { at_once: times::summary(&at_once), in_turn: times::summary(&in_turn) })
}

async fn both_join(pair: &Pair, number: usize) -> Result<Duration> {
    let request = Request::new("GET", &format!("/at-once-{number}"));
    let [one, two] = &pair.proxies;
    let (near, far) = (one.connect().await?, two.connect().await?);
    let start = Instant::now();
    let arrive = async |stream, proxy| {
        let mut client = join(stream, proxy, &request).await?;
        client.arrival().await?;
        anyhow::Ok(client)
    };
    let (near, far) = tokio::try_join!(arrive(near, one), arrive(far, two))?;
    let took = start.elapsed();
    part(near, far).await?;
    Ok(took)
}

/// One peer is there already, on one machine and on the other in turn.
async fn one_joins(pair: &Pair, number: usize) -> Result<Duration> {
    let request = Request::new("GET", &format!("/in-turn-{number}"));
    let (there, comes) = (&pair.proxies[number % 2], &pair.proxies[1 - number % 2]);
    let mut first = join(there.connect().await?, there, &request).await?;
    first.id().await?;
    sleep(SETTLING).await;
    let stream = comes.connect().await?;
    let start = Instant::now();
    let arrive = async {
        let mut second = join(stream, comes, &request).await?;
        second.arrival().await?;
        anyhow::Ok(second)
    };
    let (_, second) = tokio::try_join!(first.arrival(), arrive)?;
    let took = start.elapsed();
    part(first, second).await?;
    Ok(took)
}

async fn join(stream: TcpStream, proxy: &Proxy, request: &Request) -> Result<Client> {
    Client::over(stream, proxy.port(), request).await
}

/// Both leave, one after the other, so that nothing of it disturbs the next measurement.
async fn part(one: Client, mut two: Client) -> Result<()> {
    one.leave().await?;
    two.departure().await?;
    two.leave().await
}

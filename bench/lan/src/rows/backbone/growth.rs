//! What sites cost as they, their channels and their messages become more.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use nws_report::lan::{Growth, GrowthLoad, GrowthShape};
use nws_tests::{Broker, Proxy};
use tokio::process::Command;
use tokio::time::{MissedTickBehavior, interval};

use super::crowd::{Crowd, FILES_MAX, SETTLING, cpu, memory_kib, settle};
use super::places::Key;
use crate::options::Options;

/// Sites and the channels of each.
const SHAPES: [(usize, usize); 7] = [(2, 50), (4, 50), (8, 50), (16, 50), (8, 200), (8, 800), (16, 200)];

/// Messages of each site in a second.
const RATES: [u32; 3] = [20, 100, 400];

/// Most messages that all sites together get in a second.
const DELIVERIES_MAX: usize = 30_000;

/// Bytes of a message.
const PAYLOAD: usize = 64;

/// The time for which each load is watched.
const WATCHED: Duration = Duration::from_secs(6);

pub(in super::super) async fn measure(options: &Options) -> Result<Growth> {
    rlimit::increase_nofile_limit(FILES_MAX)?;
    let key = Key::make().await?;
    let mut shapes = Vec::new();
    for (sites, channels) in if options.quick { [(2, 2)].to_vec() } else { SHAPES.to_vec() } {
        shapes.push(shape(sites, channels, &key, options).await?);
    }
    Ok(Growth { shapes })
}

async fn shape(sites: usize, channels: usize, key: &Key, options: &Options) -> Result<GrowthShape> {
    let port = Broker::start().await?.kill().await?;
    let mut crowd = Crowd::gather(sites, channels, port, key).await?;
    let before = cpu_of(&crowd)?;
    let begin = Instant::now();
    let broker = Broker::at(port).await?;
    crowd.match_all(sites).await?;
    let matched_s = begin.elapsed().as_secs_f64();
    let matching_cpu_s = mean(cpu_of(&crowd)?.iter().zip(&before).map(|(after, before)| after - before));
    settle(SETTLING, options).await;
    let memory: Vec<f64> =
        crowd.proxies.iter().map(|proxy| proxy.memory_kib("VmRSS")).collect::<Result<_>>()?;
    let idle = load(&mut crowd, &broker, 0, channels, options).await?;
    let mut speaking = Vec::new();
    for rate in RATES.into_iter().filter(|rate| sites * (sites - 1) * *rate as usize <= DELIVERIES_MAX) {
        speaking.push(load(&mut crowd, &broker, rate, channels, options).await?);
    }
    Ok(GrowthShape {
        sites,
        channels,
        matched_s,
        matching_cpu_s,
        proxy_kib: mean(memory.into_iter()),
        broker_kib: memory_kib(broker.pid()?)?,
        idle,
        speaking,
    })
}

/// What is used while each site says so many things a second to all others.
async fn load(
    crowd: &mut Crowd,
    broker: &Broker,
    rate: u32,
    channels: usize,
    options: &Options,
) -> Result<GrowthLoad> {
    let pid = broker.pid()?;
    let sites = crowd.proxies.len() as f64;
    let before = (cpu_of(crowd)?, cpu(pid)?, carried(broker.port()).await?);
    let begin = Instant::now();
    let said = match rate {
        0 => {
            settle(WATCHED, options).await;
            0
        }
        _ => speak(crowd, rate, channels, options).await?,
    };
    let time = begin.elapsed().as_secs_f64();
    let after = (cpu_of(crowd)?, cpu(pid)?, carried(broker.port()).await?);
    let shares = after.0.iter().zip(&before.0).map(|(after, before)| (after - before) / time);
    Ok(GrowthLoad {
        rate: f64::from(said) / time,
        payload: PAYLOAD,
        up: (after.2.received - before.2.received) / time / sites,
        down: (after.2.sent - before.2.sent) / time / sites,
        share: mean(shares),
        broker_share: (after.1 - before.1) / time,
    })
}

/// A client of each site speaks, and hears all others before the next round. Gives how often.
async fn speak(crowd: &mut Crowd, rate: u32, channels: usize, options: &Options) -> Result<u32> {
    let others = crowd.proxies.len() - 1;
    let rounds = if options.quick { 2 } else { rate * WATCHED.as_secs() as u32 };
    let mut ticks = interval(Duration::from_secs(1) / rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..rounds {
        ticks.tick().await;
        for client in crowd.clients.iter_mut().step_by(channels) {
            client.broadcast_binary(&[7; PAYLOAD]).await?;
        }
        for client in crowd.clients.iter_mut().step_by(channels) {
            for _ in 0..others {
                client.payload().await?;
            }
        }
    }
    Ok(rounds)
}

/// Bytes that a broker has received and sent, as the system counts them for its connections.
struct Carried {
    received: f64,
    sent: f64,
}

async fn carried(port: u16) -> Result<Carried> {
    let of = format!("( sport = :{port} )");
    let output = Command::new("ss").args(["-tinH", "state", "established", &of]).output().await;
    let output = output.context("ss is missing: apt-get install iproute2")?;
    ensure!(output.status.success(), "ss has failed");
    let text = String::from_utf8(output.stdout)?;
    let sum = |key: &str| {
        let values = text.split_whitespace().filter_map(|word| word.strip_prefix(key)?.parse::<f64>().ok());
        values.sum()
    };
    Ok(Carried { received: sum("bytes_received:"), sent: sum("bytes_sent:") })
}

fn cpu_of(crowd: &Crowd) -> Result<Vec<f64>> {
    crowd.proxies.iter().map(|proxy: &Proxy| cpu(proxy.pid()?)).collect()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len().max(1);
    values.sum::<f64>() / count as f64
}

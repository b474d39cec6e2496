//! Many sites with many channels.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nws_report::lan::BackboneCrowd;
use nws_tests::{Broker, Client, Proxy, within};
use tokio::time::sleep;

use super::places::{Key, site};
use crate::options::Options;

/// After that time the threads for the arithmetic of matching have ended: they do so after 10 s.
pub(super) const SETTLING: Duration = Duration::from_secs(12);
/// The time for which CPU is watched.
const WATCHED: Duration = Duration::from_secs(10);
/// The time without any broker.
const WITHOUT: Duration = Duration::from_secs(20);

/// Files that may be open: each client has one.
pub(super) const FILES_MAX: u64 = 16 * 1024;

/// Sites, and a client in each channel of each.
pub(super) struct Crowd {
    pub(super) proxies: Vec<Proxy>,
    /// Those of the first site first.
    pub(super) clients: Vec<Client>,
}

/// All channels are matched, then nobody speaks, then the broker goes and comes back.
pub(super) async fn measure(options: &Options) -> Result<BackboneCrowd> {
    rlimit::increase_nofile_limit(FILES_MAX)?;
    let (sites, channels) = if options.quick { (3, 4) } else { (8, 200) };
    let (port, key) = (Broker::start().await?.kill().await?, Key::make().await?);
    let mut crowd = Crowd::gather(sites, channels, port, &key).await?;
    let begin = Instant::now();
    let broker = Broker::at(port).await?;
    crowd.match_all(sites).await?;
    let matched_s = begin.elapsed().as_secs_f64();
    settle(SETTLING, options).await;
    let (idle_share, broker_idle_share) = crowd.watch(WATCHED, Some(broker.pid()?), options).await?;
    let broker_kib = memory_kib(broker.pid()?)?;
    let port = broker.kill().await?;
    let witness = crowd.clients.first_mut().context("there are clients")?;
    within("a leave", witness.departure()).await??;
    let (lost_share, _) = crowd.watch(WITHOUT, None, options).await?;
    let begin = Instant::now();
    let _broker = Broker::at(port).await?;
    crowd.come_back().await?;
    let back_s = begin.elapsed().as_secs_f64();
    Ok(BackboneCrowd {
        sites,
        channels,
        matched_s,
        broker_kib,
        idle_share,
        broker_idle_share,
        lost_share,
        back_s,
    })
}

impl Crowd {
    pub(super) async fn gather(sites: usize, channels: usize, broker: u16, key: &Key) -> Result<Self> {
        let (mut proxies, mut clients) = (Vec::new(), Vec::new());
        for number in 0..sites {
            let proxy = site(&format!("site-{number}"), broker, key).start().await?;
            for channel in 0..channels {
                clients.push(Client::join(&proxy, &format!("/crowd-{channel}")).await?);
            }
            proxies.push(proxy);
        }
        Ok(Self { proxies, clients })
    }

    pub(super) async fn match_all(&mut self, sites: usize) -> Result<()> {
        for client in &mut self.clients {
            for _ in 1..sites {
                client.arrival().await?;
            }
        }
        Ok(())
    }

    /// Waits until the first client sees somebody again.
    async fn come_back(&mut self) -> Result<()> {
        let witness = self.clients.first_mut().context("there are clients")?;
        while witness.json().await?["action"] != "connect" {}
        Ok(())
    }

    /// The share of a core that the busiest proxy uses, and the one of another process.
    async fn watch(&self, time: Duration, other: Option<u32>, options: &Options) -> Result<(f64, f64)> {
        let pids = self.proxies.iter().map(Proxy::pid).collect::<Result<Vec<_>>>()?;
        let begin = Instant::now();
        let all = || pids.iter().chain(&other).map(|pid| cpu(*pid)).collect::<Result<Vec<_>>>();
        let before = all()?;
        settle(time, options).await;
        let shares: Vec<f64> = all()?
            .iter()
            .zip(&before)
            .map(|(after, before)| (after - before) / begin.elapsed().as_secs_f64())
            .collect();
        let (proxies, others) = shares.split_at(pids.len());
        Ok((proxies.iter().copied().fold(0.0, f64::max), others.first().copied().unwrap_or_default()))
    }
}

pub(super) async fn settle(time: Duration, options: &Options) {
    sleep(if options.quick { Duration::from_millis(100) } else { time }).await;
}

/// Seconds of CPU that a process has used.
pub(super) fn cpu(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, rest) = stat.rsplit_once(')').context("a process has a name")?;
    let field = |number: usize| rest.split_whitespace().nth(number).context("it has CPU time");
    let ticks: u64 = field(11)?.parse::<u64>()? + field(12)?.parse::<u64>()?;
    Ok(ticks as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// The most memory that a process has used.
pub(super) fn memory_kib(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("it has memory")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

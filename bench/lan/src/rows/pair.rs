//! Two machines, each with a proxy.

use anyhow::{Context, Result};
use nws_tests::lab::{Lab, Machine};
use nws_tests::{Client, Proxy, Setup};

/// Two proxies that are linked.
pub(super) struct Pair {
    pub(super) proxies: [Proxy; 2],
    pub(super) lab: Lab,
}

impl Pair {
    /// Starts them, and waits until peers of both have met.
    pub(super) async fn start() -> Result<Self> {
        let lab = Lab::new(2)?;
        for machine in [&lab[0], &lab[1]] {
            machine.namespace().inside(stop_pacing)?;
        }
        let proxies = [quiet(&lab[0]).start().await?, quiet(&lab[1]).start().await?];
        let pair = Self { proxies, lab };
        pair.meet("/warm").await?;
        Ok(pair)
    }

    /// Two peers, one on each side of a fresh channel, that know each other.
    pub(super) async fn meet(&self, path: &str) -> Result<[Client; 2]> {
        let [one, two] = &self.proxies;
        let (mut one, mut two) = (Client::join(one, path).await?, Client::join(two, path).await?);
        tokio::try_join!(one.arrival(), two.arrival())?;
        Ok([one, two])
    }

    /// The names of their namespaces.
    pub(super) fn namespaces(&self) -> [&str; 2] {
        self.machines().map(|machine| machine.namespace().name())
    }

    pub(super) fn machines(&self) -> [&Machine; 2] {
        [&self.lab[0], &self.lab[1]]
    }

    /// Ends both, and waits for their ends.
    pub(super) async fn end(self) -> Result<()> {
        for proxy in self.proxies {
            end(proxy).await?;
        }
        Ok(())
    }
}

/// Where the congestion control of a namespace is set.
const CONGESTION_CONTROL: &str = "/proc/sys/net/ipv4/tcp_congestion_control";

/// Keeps new connections from spreading segments by timers. BBR, the default of some systems, does
/// that on loopback too, and clients and bare copies would spend most of their time with it.
fn stop_pacing() -> Result<()> {
    std::fs::write(CONGESTION_CONTROL, "reno").context("cannot choose Reno for a machine")
}

/// A proxy that logs warnings and errors only.
pub(super) fn quiet(machine: &Machine) -> Setup {
    Setup::on(machine).env("NWS_LOG", "warn")
}

/// Kills a proxy and waits for its end, so that its CPU time counts as ours.
pub(super) async fn end(proxy: Proxy) -> Result<()> {
    proxy.signal("KILL").await?;
    proxy.exit().await.map(drop)
}

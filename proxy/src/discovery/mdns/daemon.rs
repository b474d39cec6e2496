//! One daemon of mdns-sd, on the interfaces that are used.
//!
//! It bounds its queues, but neither its cache nor its timers, and any machine on the network can
//! add to those: each record of a name that it has not heard yet stays until its time is over, and
//! each repetition leaves a timer. So it is asked again and again how much it holds, and its owner
//! ends it when that is too much. It answers between two bursts of packets only, and therefore the
//! browser counts for itself as well.

use std::time::Duration;

use mdns_sd::{
    DaemonEvent, IfKind, IfPredicate, Metrics, Receiver, ServiceDaemon, ServiceEvent, ServiceInfo,
};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::Mdns;
use super::names::SERVICE;
use super::sockets::Held;
use crate::interfaces;

/// Records in the cache that are too many: four for each of a thousand proxies.
const RECORDS_MAX: i64 = 4096;

/// Timers that are too many: 16 bytes each.
const TIMERS_MAX: i64 = 65_536;

/// How often the daemon is asked: what a network can bring meanwhile fits in memory. None ends
/// sooner by a flood, so that a new one in its place, which announces itself at once, does not add
/// to the flood.
const ASK_PERIOD: Duration = Duration::from_millis(500);

/// How long a daemon that is to end may take before it is left to itself.
const END_TIME: Duration = Duration::from_secs(10);

/// What the daemon calls the things that it caches.
const CACHED: [&str; 6] =
    ["cached-ptr", "cached-srv", "cached-txt", "cached-addr", "cached-nsec", "cached-subtype"];

/// A thread with its sockets. Dropping it ends it as soon as it gets to that.
pub(super) struct Daemon {
    service: ServiceDaemon,
    held: Held,
}

impl Daemon {
    /// Starts one, and tells what happens to it: each address at which it joins the group or leaves
    /// it above all. Closed when it has died. Interfaces that appear later are subject to the
    /// filter of `mdns` like others, and loopback is used for as long as there is nothing else.
    pub(super) fn start(mdns: &Mdns) -> mdns_sd::Result<(Self, Receiver<DaemonEvent>)> {
        let held = Held::look().map_err(|error| mdns_sd::Error::Msg(error.to_string()))?;
        let daemon = Self { service: ServiceDaemon::new()?, held };
        // It has joined everywhere, and told nobody.
        daemon.service.disable_interface(IfKind::All)?;
        let events = daemon.service.monitor()?;
        let (filter, interfaces) = (mdns.filter.clone(), mdns.interfaces.clone());
        // The daemon asks this again, about all interfaces, whenever it looks at them.
        let used = IfPredicate::new(move |interface| {
            filter.selects(interface) || filter.tolerates(interface) && interfaces.borrow().are_loopback()
        });
        daemon.service.enable_interface(IfKind::Predicate(used))?;
        let seconds = u32::try_from(interfaces::PERIOD.as_secs()).unwrap_or(1);
        daemon.service.set_ip_check_interval(seconds)?;
        Ok((daemon, events))
    }

    /// Where it has no socket because somebody else held the port.
    pub(super) fn held(&self) -> &Held {
        &self.held
    }

    /// Announces `info`, and says farewell for it at the end.
    pub(super) fn register(&self, info: ServiceInfo) -> mdns_sd::Result<()> {
        self.service.register(info)
    }

    /// Asks for proxies, and tells of those that are known already. Asked once more, it starts from
    /// the beginning, and the former receiver is closed. Closed when it has died, or when 1000
    /// events wait.
    pub(super) fn browse(&self) -> mdns_sd::Result<Receiver<ServiceEvent>> {
        self.service.browse(SERVICE)
    }

    /// Waits until it holds more than it should, or does not answer any more because it has died.
    pub(super) async fn overloaded(&self) {
        let mut ticks = interval_at(Instant::now() + ASK_PERIOD, ASK_PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let metrics = match self.service.get_metrics() {
                Ok(answer) => answer.recv_async().await.ok(),
                Err(mdns_sd::Error::Again) => continue,
                Err(_) => None,
            };
            if metrics.is_none_or(|metrics| is_too_much(&metrics)) {
                return;
            }
        }
    }

    /// Ends it behind the back of its owner.
    #[cfg(test)]
    pub(super) fn kill(&self) {
        let _ = self.service.shutdown().unwrap().recv();
    }

    /// Ends it without farewell: other proxies go on to know what it has announced.
    pub(super) async fn vanish(self) {
        // Farewell is said on those that it uses, which are none then.
        let _ = self.service.disable_interface(IfKind::All);
        self.end().await;
    }

    /// Ends it, with farewell, and waits until it is gone: two of them would hold twice as much.
    pub(super) async fn end(self) {
        let Ok(answer) = self.service.shutdown() else { return };
        if timeout(END_TIME, answer.recv_async()).await.is_err() {
            tracing::warn!("the mDNS daemon is too busy to end");
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // One that does not take it has ended.
        let _ = self.service.shutdown();
    }
}

fn is_too_much(metrics: &Metrics) -> bool {
    let count = |name: &str| metrics.get(name).copied().unwrap_or_default();
    CACHED.iter().map(|name| count(name)).sum::<i64>() > RECORDS_MAX || count("timer") > TIMERS_MAX
}

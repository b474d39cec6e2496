//! Runs one daemon of mdns-sd, on the interfaces that are used.
//!
//! The daemon bounds its queues, but neither its cache nor its timers, and any machine on the
//! network can add to those. Each record of a new name stays until its time to live is over, and
//! each repetition leaves a timer. So the daemon is asked again and again how much it holds, and
//! its owner ends it when that is too much. It answers only between two bursts of packets, so the
//! browser counts names too.

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

/// How often the daemon is asked. What a network can bring in that time fits in memory. No daemon
/// ends sooner by a flood, so a new one in its place, which announces itself at once, does not add
/// to the flood.
const ASK_PERIOD: Duration = Duration::from_millis(500);

/// How long a daemon may take to end until it is no longer waited for.
const END_TIME: Duration = Duration::from_secs(10);

/// The names that the daemon has for what it caches.
const CACHED: [&str; 6] =
    ["cached-ptr", "cached-srv", "cached-txt", "cached-addr", "cached-nsec", "cached-subtype"];

/// A thread with its sockets. After a drop it ends as soon as it takes its next command.
pub(super) struct Daemon {
    service: ServiceDaemon,
    held: Held,
}

impl Daemon {
    /// Starts a daemon. The receiver gets its events: above all each address at which it joins or
    /// leaves the multicast group. It is closed when the daemon has ended. The filter of `mdns`
    /// applies to interfaces that appear later too. Loopback is used as long as there is nothing
    /// else.
    pub(super) fn start(mdns: &Mdns) -> mdns_sd::Result<(Self, Receiver<DaemonEvent>)> {
        let held = Held::look().map_err(|error| mdns_sd::Error::Msg(error.to_string()))?;
        let daemon = Self { service: ServiceDaemon::new()?, held };
        // It has joined on all interfaces, and sent nothing yet.
        daemon.service.disable_interface(IfKind::All)?;
        let events = daemon.service.monitor()?;
        let (filter, interfaces) = (mdns.filter.clone(), mdns.interfaces.clone());
        // The daemon calls this for all interfaces, whenever it reads them.
        let used = IfPredicate::new(move |interface| {
            filter.selects(interface) || filter.tolerates(interface) && interfaces.borrow().are_loopback()
        });
        daemon.service.enable_interface(IfKind::Predicate(used))?;
        let seconds = u32::try_from(interfaces::PERIOD.as_secs()).unwrap_or(1);
        daemon.service.set_ip_check_interval(seconds)?;
        Ok((daemon, events))
    }

    /// Where the daemon has no socket because another program holds the port.
    pub(super) fn held(&self) -> &Held {
        &self.held
    }

    /// Announces `info`, and says goodbye for it at the end.
    pub(super) fn register(&self, info: ServiceInfo) -> mdns_sd::Result<()> {
        self.service.register(info)
    }

    /// Asks for proxies, and reports those that are already known. A second call starts from the
    /// beginning, and closes the first receiver. A receiver is closed when the daemon has ended, or
    /// when 1000 events wait.
    pub(super) fn browse(&self) -> mdns_sd::Result<Receiver<ServiceEvent>> {
        self.service.browse(SERVICE)
    }

    /// Asks for services of another type than that of proxies.
    pub(super) fn browse_for(&self, service: &str) -> mdns_sd::Result<Receiver<ServiceEvent>> {
        self.service.browse(service)
    }

    /// Waits until the daemon holds more than it should, or has ended.
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

    /// Ends the daemon without its owner's knowledge.
    #[cfg(test)]
    pub(super) fn kill(&self) {
        let _ = self.service.shutdown().unwrap().recv();
    }

    /// Ends the daemon without a goodbye: other proxies still know what it has announced.
    pub(super) async fn vanish(self) {
        // It says goodbye on the interfaces that it uses, which are none then.
        let _ = self.service.disable_interface(IfKind::All);
        self.end().await;
    }

    /// Ends the daemon with a goodbye, and waits until it is gone: two daemons would hold twice as
    /// much.
    pub(super) async fn end(self) {
        let Ok(answer) = self.service.shutdown() else { return };
        if timeout(END_TIME, answer.recv_async()).await.is_err() {
            tracing::warn!("the mDNS daemon does not end in time");
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // A daemon that does not take the command has ended.
        let _ = self.service.shutdown();
    }
}

fn is_too_much(metrics: &Metrics) -> bool {
    let count = |name: &str| metrics.get(name).copied().unwrap_or_default();
    CACHED.iter().map(|name| count(name)).sum::<i64>() > RECORDS_MAX || count("timer") > TIMERS_MAX
}

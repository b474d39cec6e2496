//! Keeps this proxy announced.

use std::time::Duration;

use mdns_sd::{DaemonEvent, Receiver};
use tokio::time::{Instant, sleep_until, timeout};

use super::daemon::Daemon;
use super::groups::{GRACE, Groups};
use super::pause::Pause;
use super::{Mdns, names};
use crate::discovery::Stop;
use crate::trouble::Trouble;

/// How long saying goodbye may delay the end of this process, which is promised within a second.
const GOODBYE_TIME: Duration = Duration::from_millis(500);

/// The reason to stop using a daemon.
#[derive(Debug)]
pub(super) enum End {
    Stopped,
    Died,
    Overloaded,
    /// It did not get all its sockets, and another daemon would.
    Freed,
}

/// Announces `mdns` until `stop`.
///
/// When a flood has filled a daemon, another one follows at once. The full one ends without a
/// goodbye, so that the neighbours do not notice.
pub(super) async fn announce(mdns: &Mdns, stop: &mut Stop) {
    let (mut pause, mut groups, mut trouble) = (Pause::new(), Groups::default(), Trouble::default());
    loop {
        let end = match start(mdns) {
            Ok((daemon, events)) => {
                trouble.is_over();
                run_daemon(mdns, daemon, &events, &mut groups, stop).await
            }
            Err(error) => {
                if trouble.is_news(&error.to_string()) {
                    tracing::warn!(%error, "cannot announce this proxy by mDNS");
                }
                End::Died
            }
        };
        match end {
            End::Stopped => return,
            End::Overloaded | End::Freed => {}
            End::Died => tokio::select! {
                () = stop.stopped() => return,
                () = pause.wait() => {}
            },
        }
    }
}

/// Runs one daemon to its end.
async fn run_daemon(
    mdns: &Mdns,
    daemon: Daemon,
    events: &Receiver<DaemonEvent>,
    groups: &mut Groups,
    stop: &mut Stop,
) -> End {
    let end = watch(mdns, &daemon, events, groups, stop).await;
    if matches!(end, End::Stopped) {
        // A proxy that misses the goodbye notices when it dials.
        let _ = timeout(GOODBYE_TIME, daemon.end()).await;
        return end;
    }
    tracing::debug!(?end, "announcing this proxy by mDNS starts anew");
    tokio::select! {
        () = stop.stopped() => End::Stopped,
        () = daemon.vanish() => end,
    }
}

pub(super) fn start(mdns: &Mdns) -> mdns_sd::Result<(Daemon, Receiver<DaemonEvent>)> {
    let (daemon, events) = Daemon::start(mdns)?;
    daemon.register(names::announcement(&mdns.proxy, mdns.port)?)?;
    Ok((daemon, events))
}

pub(super) async fn watch(
    mdns: &Mdns,
    daemon: &Daemon,
    events: &Receiver<DaemonEvent>,
    groups: &mut Groups,
    stop: &mut Stop,
) -> End {
    tokio::select! {
        () = stop.stopped() => End::Stopped,
        () = log_groups(mdns, daemon, events, groups) => End::Died,
        () = daemon.overloaded() => End::Overloaded,
        () = daemon.held().freed() => End::Freed,
    }
}

/// Logs the multicast groups that the daemon has joined, until the daemon ends.
async fn log_groups(mdns: &Mdns, daemon: &Daemon, events: &Receiver<DaemonEvent>, groups: &mut Groups) {
    let mut interfaces = mdns.interfaces.clone();
    let mut late = Instant::now() + GRACE;
    groups.begin();
    loop {
        let is_late = late <= Instant::now();
        groups.tell(&interfaces.borrow_and_update(), daemon.held(), is_late);
        let has_changed = tokio::select! {
            event = events.recv_async() => match event {
                Ok(event) => groups.hear(&event),
                Err(_) => return,
            },
            Ok(()) = interfaces.changed() => true,
            () = sleep_until(late), if !is_late => false,
        };
        if has_changed {
            late = Instant::now() + GRACE;
        }
    }
}

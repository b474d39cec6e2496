//! Keeps this proxy's name on the air.

use std::time::Duration;

use mdns_sd::{DaemonEvent, Receiver};
use tokio::time::{Instant, sleep_until, timeout};

use super::daemon::Daemon;
use super::groups::{GRACE, Groups};
use super::pause::Pause;
use super::{Mdns, names};
use crate::discovery::Stop;
use crate::trouble::Trouble;

/// How long saying farewell may delay the end of this process, which is promised within a second.
const FAREWELL_TIME: Duration = Duration::from_millis(500);

/// Why a daemon is not used any longer.
#[derive(Debug)]
pub(super) enum End {
    Stopped,
    Died,
    Overloaded,
    /// It had not got all its sockets, and another one would.
    Freed,
}

/// Announces `mdns` until `stop`.
///
/// A daemon that a flood has filled is followed by another one at once and leaves without farewell,
/// so that the neighbours do not notice.
pub(super) async fn announce(mdns: &Mdns, stop: &mut Stop) {
    let (mut pause, mut groups, mut trouble) = (Pause::new(), Groups::default(), Trouble::default());
    loop {
        let end = match start(mdns) {
            Ok((daemon, events)) => {
                trouble.is_over();
                live(mdns, daemon, &events, &mut groups, stop).await
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

/// The life of one daemon.
async fn live(
    mdns: &Mdns,
    daemon: Daemon,
    events: &Receiver<DaemonEvent>,
    groups: &mut Groups,
    stop: &mut Stop,
) -> End {
    let end = watch(mdns, &daemon, events, groups, stop).await;
    if matches!(end, End::Stopped) {
        // A proxy that has not heard it finds out when it dials.
        let _ = timeout(FAREWELL_TIME, daemon.end()).await;
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
        () = attend(mdns, daemon, events, groups) => End::Died,
        () = daemon.overloaded() => End::Overloaded,
        () = daemon.held().freed() => End::Freed,
    }
}

/// Keeps the log informed of the groups that the daemon has joined, until it dies.
async fn attend(mdns: &Mdns, daemon: &Daemon, events: &Receiver<DaemonEvent>, groups: &mut Groups) {
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

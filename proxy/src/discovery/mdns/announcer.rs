//! Keeps this proxy's name on the air.

use std::time::Duration;

use mdns_sd::{DaemonEvent, Receiver};
use tokio::time::timeout;

use super::daemon::Daemon;
use super::pause::Pause;
use super::{Mdns, names};
use crate::discovery::Stop;

/// How long saying farewell may delay the end of this process, which is promised within a second.
const FAREWELL_TIME: Duration = Duration::from_millis(500);

/// Why a daemon is not used any longer.
#[derive(Debug)]
pub(super) enum End {
    Stopped,
    Died,
    Overloaded,
}

/// Announces `mdns` until `stop`.
///
/// A daemon that a flood has filled is followed by another one at once and leaves without farewell, so that
/// the neighbours do not notice.
pub(super) async fn announce(mdns: &Mdns, stop: &mut Stop) {
    let mut pause = Pause::new();
    loop {
        match live(mdns, stop).await {
            End::Stopped => return,
            End::Overloaded => {}
            End::Died => tokio::select! {
                () = stop.stopped() => return,
                () = pause.wait() => {}
            },
        }
    }
}

/// The life of one daemon.
async fn live(mdns: &Mdns, stop: &mut Stop) -> End {
    let (daemon, events) = match start(mdns) {
        Ok(started) => started,
        Err(error) => {
            tracing::warn!(%error, "cannot announce this proxy by mDNS");
            return End::Died;
        }
    };
    let end = watch(&daemon, &events, stop).await;
    if matches!(end, End::Stopped) {
        // Whoever has not heard it finds out when it dials.
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
    let daemon = Daemon::start(mdns)?;
    let events = daemon.monitor()?;
    daemon.register(names::announcement(&mdns.proxy, mdns.port)?)?;
    Ok((daemon, events))
}

pub(super) async fn watch(daemon: &Daemon, events: &Receiver<DaemonEvent>, stop: &mut Stop) -> End {
    let died = async { while events.recv_async().await.is_ok() {} };
    tokio::select! {
        () = stop.stopped() => End::Stopped,
        () = died => End::Died,
        () = daemon.overloaded() => End::Overloaded,
    }
}

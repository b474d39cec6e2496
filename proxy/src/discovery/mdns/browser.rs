//! Hears of the neighbours of this proxy.

use std::collections::VecDeque;

use mdns_sd::{Receiver, ServiceEvent};
use tokio::sync::{mpsc, oneshot};

use super::daemon::Daemon;
use super::pause::Pause;
use super::{Mdns, names};
use crate::discovery::Sighting;

/// Names that one daemon may know. Far more than proxies are dialled; when there are more, most are made up.
const INSTANCES_MAX: usize = 1024;

/// Why a daemon is not used any longer.
#[derive(Debug, PartialEq)]
pub(super) enum End {
    Died,
    Overloaded,
    Unheard,
}

/// Tells `sightings` of the neighbours of `mdns`, for as long as anybody listens, and `listening` as soon as
/// it hears them, or has found out that it cannot.
///
/// What comes faster than `sightings` takes it waits in the daemon, which gives up at 1000 events; then,
/// as when there are too many names, everything starts from the beginning: whoever is really there
/// answers the first question of the next daemon.
pub(super) async fn browse(mdns: &Mdns, sightings: mpsc::Sender<Sighting>, listening: oneshot::Sender<()>) {
    let (mut pause, mut listening) = (Pause::new(), Some(listening));
    loop {
        let started = start(mdns).await;
        listening.take().map(|listening| listening.send(()));
        match started {
            Ok((daemon, events)) => {
                let end = tokio::select! {
                    end = listen(mdns, &daemon, events, &sightings) => end,
                    () = daemon.overloaded() => End::Overloaded,
                };
                if matches!(end, End::Unheard) {
                    return;
                }
                tracing::debug!(?end, "browsing by mDNS starts anew");
                daemon.end().await;
            }
            Err(error) => tracing::warn!(%error, "cannot browse by mDNS"),
        }
        pause.wait().await;
    }
}

pub(super) async fn start(mdns: &Mdns) -> mdns_sd::Result<(Daemon, Receiver<ServiceEvent>)> {
    let daemon = Daemon::start(mdns)?;
    let events = daemon.browse()?;
    // The first event says that it searches now. Before that, it has opened its sockets.
    match events.recv_async().await {
        Ok(_) => Ok((daemon, events)),
        Err(_) => Err(mdns_sd::Error::DaemonShutdown),
    }
}

/// Owns `events`: when it returns, the daemon caches no names any more, whatever it is busy with.
///
/// When interfaces have changed it asks once more: the one question that the daemon asks by itself may be
/// lost on a cable that was just plugged in, and whoever was seen there before we knew of it was not told
/// of. What the daemon has said up to then is heard to its end first.
pub(super) async fn listen(
    mdns: &Mdns,
    daemon: &Daemon,
    events: Receiver<ServiceEvent>,
    sightings: &mpsc::Sender<Sighting>,
) -> End {
    let mut interfaces = mdns.interfaces.clone();
    interfaces.mark_unchanged();
    let (mut asked, mut instances) = (VecDeque::from([events]), 0_usize);
    while let Some(events) = asked.front() {
        let event = tokio::select! {
            Ok(()) = interfaces.changed() => {
                let Ok(anew) = daemon.browse() else { return End::Died };
                asked.push_back(anew);
                continue;
            }
            event = events.recv_async() => event,
        };
        let sighting = match event {
            Ok(ServiceEvent::ServiceFound(..)) => {
                instances += 1;
                None
            }
            Ok(ServiceEvent::ServiceResolved(service)) => names::sighting(&service, &interfaces.borrow()),
            Ok(ServiceEvent::ServiceRemoved(_, instance)) => {
                instances = instances.saturating_sub(1);
                names::proxy(&instance).map(|proxy| Sighting::Gone { proxy })
            }
            Ok(_) => None,
            Err(_) => {
                asked.pop_front();
                instances = 0;
                None
            }
        };
        if instances > INSTANCES_MAX {
            return End::Overloaded;
        }
        if let Some(sighting) = sighting.filter(|sighting| !sighting.is_of(&mdns.proxy))
            && sightings.send(sighting).await.is_err()
        {
            return End::Unheard;
        }
    }
    End::Died
}

//! Browses for the neighbours of this proxy.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mdns_sd::{Receiver, ServiceEvent};
use nws_protocol::ProxyId;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::daemon::Daemon;
use super::outsiders::Outsiders;
use super::pause::Pause;
use super::{Mdns, names};
use crate::discovery::Sighting;
use crate::interfaces::Interfaces;
use crate::trouble::Trouble;

/// Names that one daemon may know. That is more proxies than are dialled; if there are more, most
/// of them are made up. It is also no more than the daemon can report at once: it lets 1000 events
/// wait, and each name takes two.
pub(super) const INSTANCES_MAX: usize = 400;

/// How long a daemon may take to open its sockets, which takes milliseconds. Announcing waits for
/// it.
const START_TIME: Duration = Duration::from_secs(5);

/// Shortest time from one question to the next. The daemon repeats each question after 1, 3, 7, …
/// seconds, and all machines on the network hear it.
const ASK_MIN: Duration = Duration::from_secs(60);

/// Longest time from one question to the next. A proxy that others have forgotten, or that came
/// while nothing was heard, stays unknown for this time. It is also the time for which addresses of
/// a silent proxy are remembered.
const ASK_MAX: Duration = Duration::from_secs(120);

/// The reason to stop using a daemon.
#[derive(Debug, PartialEq)]
pub(super) enum End {
    Died,
    Overloaded,
    /// It did not get all its sockets, and another daemon would.
    Freed,
    Unheard,
}

/// Reports the neighbours of `mdns` to `sightings`, as long as that has a receiver. Gives
/// `listening` as soon as it hears them, or has found out that it cannot.
///
/// Events that come faster than `sightings` takes them wait in the daemon, which gives up at 1000
/// of them. Then everything starts from the beginning, as it does when there are too many names:
/// the proxies that are really there answer the first question of the next daemon.
pub(super) async fn browse(mdns: &Mdns, sightings: mpsc::Sender<Sighting>, listening: oneshot::Sender<()>) {
    let (mut pause, mut listening) = (Pause::new(), Some(listening));
    let (mut trouble, mut outsiders) = (Trouble::default(), Outsiders::new());
    loop {
        let started = start(mdns).await;
        listening.take().map(|listening| listening.send(()));
        match started {
            Ok((daemon, events)) => {
                trouble.is_over();
                let end = tokio::select! {
                    end = listen(mdns, &daemon, events, &sightings, &mut outsiders) => end,
                    () = daemon.overloaded() => End::Overloaded,
                    () = daemon.held().freed() => End::Freed,
                };
                if matches!(end, End::Unheard) {
                    return;
                }
                tracing::debug!(?end, "browsing by mDNS starts anew");
                daemon.end().await;
            }
            Err(error) if trouble.is_news(&error.to_string()) => {
                tracing::warn!(%error, "cannot look for other proxies by mDNS");
            }
            Err(_) => {}
        }
        pause.wait().await;
    }
}

pub(super) async fn start(mdns: &Mdns) -> mdns_sd::Result<(Daemon, Receiver<ServiceEvent>)> {
    let (daemon, _) = Daemon::start(mdns)?;
    let events = daemon.browse()?;
    // The first event says that the daemon searches now. It has opened its sockets before that.
    match timeout(START_TIME, events.recv_async()).await {
        Ok(Ok(_)) => Ok((daemon, events)),
        Ok(Err(_)) => Err(mdns_sd::Error::DaemonShutdown),
        Err(_) => Err(mdns_sd::Error::Msg("the daemon does not answer".to_owned())),
    }
}

/// Owns `events`: when it returns, the daemon caches no more names, whatever it is doing.
///
/// It asks again now and then, for three reasons. The daemon reports each proxy only once, and the
/// mesh may have forgotten it since. By itself the daemon asks ever more rarely, up to an hour
/// apart. And a question or a sighting may be lost while interfaces change: a question on a cable
/// that was just plugged in, or a proxy that was seen there before this one knew of the cable. So
/// it also asks when interfaces have changed, and when the mesh wants it. Events that the daemon
/// has sent before are processed first.
pub(super) async fn listen(
    mdns: &Mdns,
    daemon: &Daemon,
    events: Receiver<ServiceEvent>,
    sightings: &mpsc::Sender<Sighting>,
    outsiders: &mut Outsiders,
) -> End {
    let mut interfaces = mdns.interfaces.clone();
    interfaces.mark_unchanged();
    let (mut asked, mut instances) = (VecDeque::from([events]), 0_usize);
    let mut next = next_question();
    while let Some(events) = asked.front() {
        let event = tokio::select! {
            () = is_time_to_ask(mdns, &mut interfaces, next), if asked.len() == 1 => {
                let Ok(anew) = daemon.browse() else { return End::Died };
                asked.push_back(anew);
                next = next_question();
                continue;
            }
            () = wait_for(outsiders.due()) => {
                outsiders.tell(&interfaces.borrow());
                continue;
            }
            event = events.recv_async() => event,
        };
        let sighting = match event {
            Ok(ServiceEvent::ServiceFound(..)) => {
                instances += 1;
                None
            }
            Ok(ServiceEvent::ServiceResolved(service)) => names::claim(&service)
                .filter(|(proxy, _)| *proxy != mdns.proxy)
                .and_then(|(proxy, claimed)| seen(proxy, claimed, &interfaces.borrow(), outsiders)),
            Ok(ServiceEvent::ServiceRemoved(_, instance)) => {
                instances = instances.saturating_sub(1);
                let proxy = names::proxy(&instance);
                proxy.inspect(|proxy| outsiders.forget(proxy)).map(|proxy| Sighting::Gone { proxy })
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

/// The proxy that claims these addresses, if one of them can be reached.
fn seen(
    proxy: ProxyId,
    claimed: Vec<SocketAddr>,
    interfaces: &Interfaces,
    outsiders: &mut Outsiders,
) -> Option<Sighting> {
    let addresses = names::near(claimed.clone(), interfaces);
    if addresses.is_empty() {
        outsiders.note(proxy, names::bounded(claimed));
        return None;
    }
    outsiders.forget(&proxy);
    Some(Sighting::Seen { proxy, addresses })
}

async fn wait_for(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due).await,
        None => std::future::pending().await,
    }
}

async fn is_time_to_ask(mdns: &Mdns, interfaces: &mut watch::Receiver<Arc<Interfaces>>, next: Instant) {
    tokio::select! {
        () = mdns.questions.notified() => {}
        Ok(()) = interfaces.changed() => {}
        () = sleep_until(next) => {}
    }
}

/// The time of the next question. It is random, so that proxies that were started together, as
/// after a power cut, do not ask together.
fn next_question() -> Instant {
    let chance = getrandom::u32().unwrap_or_default();
    Instant::now() + ASK_MIN + (ASK_MAX - ASK_MIN).mul_f64(f64::from(chance) / f64::from(u32::MAX))
}

//! The seconds in which the network is asked: what comes back, who is heard, who dials.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use mdns_sd::{Receiver, ServiceEvent};
use nws_protocol::ProxyId;
use tokio::net::TcpListener;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at, sleep_until, timeout};

use super::PATIENCE;
use super::ear::{Ear, Heard};
use super::interfaces::Machine;
use super::neighbours::{Dialled, Neighbours};
use super::told::{Calls, Teller};
use crate::discovery::Probe;
use crate::link::inquire;
use crate::tls::Identity;

/// How long the network is listened to at least: a question is repeated after 1 s.
const LISTEN_LEAST: Duration = Duration::from_millis(2500);

/// How long it is listened to at most.
const LISTEN_MOST: Duration = Duration::from_millis(5500);

/// How long others are listened to before this program makes them dial: most have done so already.
const COURTESY: Duration = Duration::from_secs(1);

/// Time between two announcements that make others dial. They dial at most two newcomers a second.
const PROVOCATION: Duration = Duration::from_millis(500);

/// Announcements of each kind.
const DECOYS: usize = 8;

/// How long saying goodbye for the announced proxies may take.
const GOODBYE_TIME: Duration = Duration::from_millis(300);

/// How often the proxy of this machine is asked who has connected.
const LOOK: Duration = Duration::from_millis(250);

/// Proxies that are looked at.
const PROXIES_MAX: usize = 64;

/// Addresses of one proxy that are dialled.
const ADDRESSES_MAX: usize = 8;

/// What was found out.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) heard: BTreeSet<Heard>,
    /// Addresses at which the system lets nobody listen.
    pub(super) refused: BTreeMap<IpAddr, String>,
    pub(super) neighbours: Neighbours,
    /// The proxies that were announced and do not exist.
    pub(super) decoys: BTreeSet<ProxyId>,
    /// Why the network could not be asked.
    pub(super) failure: Option<String>,
}

/// The proxy of this machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Own<'a> {
    pub(super) proxy: Option<&'a ProxyId>,
    pub(super) link_port: Option<u16>,
    /// It tells who has connected to it.
    pub(super) teller: Option<&'a Teller>,
}

/// Asks the network.
pub(super) async fn ask(
    machine: &Machine,
    filter: &crate::InterfaceFilter,
    identity: &Identity,
    own: Own<'_>,
) -> Findings {
    match listen(machine, filter, identity, own).await {
        Ok(findings) => findings,
        Err(error) => Findings { failure: Some(format!("{error:#}")), ..Findings::default() },
    }
}

async fn listen(
    machine: &Machine,
    filter: &crate::InterfaceFilter,
    identity: &Identity,
    own: Own<'_>,
) -> anyhow::Result<Findings> {
    let mut decoys = Vec::new();
    for _ in 0..DECOYS {
        decoys.push([decoy()?, decoy()?]);
    }
    let mark = format!("nws-{}", &decoys[0][0].as_str()[..8]);
    let ear = Ear::open(&machine.survey.used, &mark);
    let probe = Probe::start(identity.id().clone(), filter.clone(), machine.survey.used.clone())?;
    let events = probe.browse()?;
    let _asked = probe.ask(&format!("_{mark}._udp.local."))?;
    let _all = probe.ask("_services._dns-sd._udp.local.")?;
    let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, 0)).await;
    let mut watch = Watch {
        machine,
        identity,
        own,
        probe: &probe,
        decoys: &decoys,
        provocations: 0,
        before: None,
        listener: listener.ok(),
        neighbours: Neighbours::default(),
    };
    watch.run(&events).await;
    let neighbours = watch.neighbours;
    let (heard, refused) = (ear.heard(), ear.refused().clone());
    // A goodbye that is late is not waited for.
    let _ = timeout(GOODBYE_TIME, probe.end()).await;
    let decoys = decoys.into_iter().flatten().collect();
    Ok(Findings { heard, refused, neighbours, decoys, failure: None })
}

/// The id of a proxy that does not exist.
fn decoy() -> anyhow::Result<ProxyId> {
    let mut digest = [0; 32];
    getrandom::fill(&mut digest)?;
    Ok(ProxyId::from_digest(&digest))
}

struct Watch<'a> {
    machine: &'a Machine,
    identity: &'a Identity,
    own: Own<'a>,
    probe: &'a Probe,
    decoys: &'a [[ProxyId; 2]],
    /// How many of them are announced.
    provocations: usize,
    /// Who had connected to the proxy of this machine at first, if it tells.
    before: Option<Calls>,
    listener: Option<TcpListener>,
    neighbours: Neighbours,
}

impl Watch<'_> {
    async fn run(&mut self, events: &Receiver<ServiceEvent>) {
        self.before = calls(self.own.teller).await;
        let start = Instant::now();
        let [mut least, mut most] =
            [LISTEN_LEAST, LISTEN_MOST].map(|time| Box::pin(sleep_until(start + time)));
        let mut ticks = interval_at(start + COURTESY, PROVOCATION);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut looks = interval(LOOK);
        let (mut dials, mut asked) = (FuturesUnordered::new(), FuturesUnordered::new());
        let (identity, listener, teller) = (self.identity, self.listener.take(), self.own.teller);
        let mut is_early = true;
        loop {
            if !is_early && dials.is_empty() && self.neighbours.have_all_called(self.link_port()) {
                break;
            }
            tokio::select! {
                biased;
                () = &mut most => break,
                () = &mut least, if is_early => is_early = false,
                Some((proxy, address, dialled)) = dials.next() => self.note(&proxy, address, dialled),
                Ok((_, caller)) = accept(listener.as_ref()) => self.note_caller(caller.ip().to_canonical()),
                Some(told) = asked.next() => self.note_calls(told),
                _ = looks.tick(), if asked.is_empty() => asked.push(calls(teller)),
                _ = ticks.tick() => self.provoke(listener.as_ref()),
                Ok(event) = events.recv_async() => {
                    for (proxy, address) in self.sight(&event) {
                        dials.push(async move { (proxy, address, inquire(identity, address, PATIENCE).await) });
                    }
                }
            }
        }
        self.note_calls(calls(teller).await);
    }

    /// Announces proxies that do not exist, so that others dial, if some have not done so.
    fn provoke(&mut self, listener: Option<&TcpListener>) {
        let link_port = self.link_port();
        if self.neighbours.have_all_called(link_port) {
            return;
        }
        let Some([there, here]) = self.decoys.get(self.provocations) else { return };
        self.provocations += 1;
        let port = listener.and_then(|listener| listener.local_addr().ok()).map(|address| address.port());
        // Who has come here once comes there as well, if nothing keeps it from it.
        let here = Some(here).filter(|_| self.neighbours.callers.is_empty() || link_port.is_none());
        for (decoy, port) in [(Some(there), link_port), (here, port)] {
            let Some((decoy, port)) = decoy.zip(port) else { continue };
            // A daemon that is gone is found out by what is not heard.
            let _ = self.probe.announce(decoy, port);
        }
    }

    /// Gives the addresses of `event` that are new.
    fn sight(&mut self, event: &ServiceEvent) -> Vec<(ProxyId, SocketAddr)> {
        let Some((proxy, addresses)) = Probe::sighting(event) else { return Vec::new() };
        let is_full = self.neighbours.all.len() >= PROXIES_MAX && !self.neighbours.all.contains_key(&proxy);
        if is_full || self.decoys.as_flattened().contains(&proxy) || self.own.proxy == Some(&proxy) {
            return Vec::new();
        }
        if let Some(address) = addresses.iter().find(|it| self.is_own(&it.ip())) {
            self.neighbours.here.insert(proxy, address.port());
            return Vec::new();
        }
        let neighbour = self.neighbours.all.entry(proxy.clone()).or_default();
        let mut new = Vec::new();
        for address in addresses {
            if neighbour.dialled.len() < ADDRESSES_MAX && !neighbour.dialled.contains_key(&address) {
                neighbour.dialled.insert(address, None);
                new.push((proxy.clone(), address));
            }
        }
        new
    }

    fn note(&mut self, proxy: &ProxyId, address: SocketAddr, dialled: Dialled) {
        if let Some(neighbour) = self.neighbours.all.get_mut(proxy) {
            neighbour.dialled.insert(address, Some(dialled));
        }
    }

    fn note_caller(&mut self, caller: IpAddr) {
        if !self.is_own(&caller) {
            self.neighbours.callers.insert(caller);
        }
    }

    /// Notes who has connected to the proxy of this machine.
    fn note_calls(&mut self, told: Option<Calls>) {
        let Some((now, before)) = told.as_ref().zip(self.before.as_ref()) else { return };
        let callers = now.since(before).into_iter().filter(|it| !self.is_own(it));
        self.neighbours.proxy_callers = Some(callers.collect());
        self.neighbours.is_complete = now.is_complete(before);
    }

    /// The port at which others dial the proxy of this machine.
    fn link_port(&self) -> Option<u16> {
        self.own.link_port.or_else(|| self.neighbours.own_port())
    }

    fn is_own(&self, address: &IpAddr) -> bool {
        address.is_loopback() || self.machine.survey.used.iter().any(|it| it.address == *address)
    }
}

async fn calls(teller: Option<&Teller>) -> Option<Calls> {
    teller?.calls().await
}

async fn accept(listener: Option<&TcpListener>) -> std::io::Result<(tokio::net::TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

//! A network of namespaces, with proxies that know only mDNS.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nws_protocol::ProxyId;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::discovery::mdns::Mdns;
use crate::discovery::{Discovery, Sighting};
use crate::interfaces::{InterfaceFilter, Interfaces};

/// Longer than anything here takes.
pub(super) const DEADLINE: Duration = Duration::from_secs(40);

/// A bridge and the machines that are plugged into it. Nothing leads out.
pub(super) struct Lan {
    bridge: String,
    machines: Vec<String>,
}

impl Lan {
    /// A network of `count` machines, each with an `eth0`.
    pub(super) fn new(count: u8) -> Self {
        static LANS: AtomicU32 = AtomicU32::new(0);
        let root = rustix::process::geteuid().is_root();
        assert!(root, "mDNS is tested in network namespaces, and this needs root: run the tests as root");
        let name = format!("nwsmdns-{}-{}", std::process::id(), LANS.fetch_add(1, Ordering::Relaxed));
        let mut lan = Self { bridge: format!("{name}-lan"), machines: Vec::new() };
        ip(&format!("netns add {}", lan.bridge));
        lan.on_bridge("link add lan0 type bridge mcast_snooping 0 forward_delay 0");
        lan.on_bridge("link set lan0 up");
        for number in 1..=count {
            lan.machines.push(format!("{name}-m{number}"));
            lan.plug_in(number);
        }
        lan
    }

    fn plug_in(&self, number: u8) {
        let machine = &self.machines[usize::from(number) - 1];
        ip(&format!("netns add {machine}"));
        // Link-local addresses are used at once: no other machine on this network has the same.
        let at_once = || std::fs::write("/proc/sys/net/ipv6/conf/default/accept_dad", "0").unwrap();
        self.on(number.into(), at_once).join().unwrap();
        ip(&format!("-n {machine} link set lo up"));
        self.on_bridge(&format!("link add port{number} type veth peer name eth0 netns {machine}"));
        self.on_bridge(&format!("link set port{number} master lan0 up"));
        ip(&format!("-n {machine} address add 10.78.0.{number}/24 dev eth0"));
        ip(&format!("-n {machine} link set eth0 up"));
        // Linux notices in the background that the cable is plugged in. Before that, proxies do not use it.
        let begin = Instant::now();
        while !ip(&format!("-n {machine} -oneline link show dev eth0")).contains("state UP") {
            assert!(begin.elapsed() < DEADLINE, "eth0 of {machine} does not come up");
        }
    }

    fn on_bridge(&self, words: &str) {
        ip(&format!("-n {} {words}", self.bridge));
    }

    /// Runs `ip` on a machine, from 1.
    pub(super) fn change(&self, number: usize, words: &str) {
        ip(&format!("-n {} {words}", self.machines[number - 1]));
    }

    /// Runs `work` in a thread on a machine.
    pub(super) fn on<T: Send + 'static>(
        &self,
        number: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let door = File::open(format!("/run/netns/{}", self.machines[number - 1])).unwrap();
        thread::spawn(move || {
            move_into_link_name_space(door.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            work()
        })
    }

    /// Starts a proxy on a machine.
    pub(super) fn start(&self, number: usize, proxy: &ProxyId, filter: InterfaceFilter) -> Neighbour {
        let (sender, sightings) = mpsc::channel(4096);
        let (stop, stopped) = oneshot::channel();
        let (own, proxy, started) = (proxy.clone(), proxy.clone(), Instant::now());
        let thread = self.on(number, move || run(own, filter, &sender, stopped));
        let known = BTreeMap::new();
        Neighbour { proxy, started, sightings, known, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        for name in self.machines.iter().chain([&self.bridge]) {
            ip(&format!("netns del {name}"));
        }
    }
}

fn ip(words: &str) -> String {
    let output = Command::new("ip").args(words.split_whitespace()).output().unwrap();
    assert!(output.status.success(), "ip {words}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A proxy, as far as mDNS is concerned. It says goodbye when it is dropped.
pub(super) struct Neighbour {
    proxy: ProxyId,
    /// The time at which its thread was started.
    pub(super) started: Instant,
    sightings: mpsc::Receiver<(Instant, Sighting)>,
    known: BTreeMap<ProxyId, (Instant, Vec<SocketAddr>)>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Neighbour {
    /// Waits until it sees `proxy`. Gives when it did, and where.
    pub(super) async fn sees(&mut self, proxy: &ProxyId) -> (Instant, Vec<SocketAddr>) {
        while !self.known.contains_key(proxy) {
            self.hear().await;
        }
        self.known[proxy].clone()
    }

    /// Waits until it sees `proxy` at this many addresses.
    pub(super) async fn sees_at(&mut self, proxy: &ProxyId, count: usize) -> Vec<SocketAddr> {
        while self.known.get(proxy).is_none_or(|(_, addresses)| addresses.len() < count) {
            self.hear().await;
        }
        self.known[proxy].1.clone()
    }

    /// Waits until it has seen more than `count` at one time.
    pub(super) async fn sees_more_than(&mut self, count: usize) {
        while self.known.len() <= count {
            self.hear().await;
        }
    }

    /// Waits until `proxy` is gone.
    pub(super) async fn misses(&mut self, proxy: &ProxyId) {
        while self.known.contains_key(proxy) {
            self.hear().await;
        }
    }

    /// The proxies that it sees.
    pub(super) fn known(&self) -> BTreeSet<ProxyId> {
        self.known.keys().cloned().collect()
    }

    async fn hear(&mut self) {
        let next = timeout(DEADLINE, self.sightings.recv()).await;
        let (at, sighting) = next.expect("nothing was seen in time").unwrap();
        assert!(!sighting.is_of(&self.proxy), "it sees itself");
        match sighting {
            Sighting::Seen { proxy, addresses } => {
                self.known.insert(proxy, (at, addresses));
            }
            Sighting::Gone { proxy } => drop(self.known.remove(&proxy)),
            other @ (Sighting::Placed { .. } | Sighting::Unresolved { .. } | Sighting::Left { .. }) => {
                unreachable!("mDNS tells of no place: {other:?}")
            }
        }
    }
}

impl Drop for Neighbour {
    fn drop(&mut self) {
        drop(self.stop.take());
        self.thread.take().map(JoinHandle::join);
    }
}

fn run(
    proxy: ProxyId,
    filter: InterfaceFilter,
    sender: &mpsc::Sender<(Instant, Sighting)>,
    mut stopped: oneshot::Receiver<()>,
) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let interfaces = Interfaces::watch(filter.clone()).unwrap();
        let mut discovery = Discovery::new();
        discovery.add(Mdns { proxy, port: 9010, filter, interfaces, questions: Arc::default() });
        loop {
            tokio::select! {
                _ = &mut stopped => break,
                // The receiver may be gone.
                sighting = discovery.next() => drop(sender.try_send((Instant::now(), sighting))),
            }
        }
        discovery.stop().await;
    });
}

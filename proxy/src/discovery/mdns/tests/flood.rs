//! Tests what a flood of packets can do, and what it cannot.

use std::fs;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::runtime::Builder;
use tokio::sync::watch;
use tokio::time::timeout;

use super::super::{Mdns, Stop, announcer, browser};
use super::lan::{DEADLINE, Lan};
use super::{id, spoof};
use crate::interfaces::{InterfaceFilter, Interfaces};

/// Packets sent at once, and the pause between two such bursts: no more than a daemon can read,
/// since only packets that are read count.
const BURST: u32 = 16;
const BURST_PAUSE: Duration = Duration::from_millis(2);

/// An address on the network that no machine has.
const NOWHERE: Ipv4Addr = Ipv4Addr::new(10, 78, 0, 99);

/// A program on a machine that sends packets until it is told to stop.
struct Flood {
    enough: Arc<AtomicBool>,
    thread: Option<JoinHandle<usize>>,
}

impl Flood {
    /// Sends a packet for every number.
    fn start(lan: &Lan, number: u8, packet: impl Fn(u32) -> Vec<u8> + Send + 'static) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let is_enough = Arc::clone(&enough);
        let thread = lan.on(number.into(), move || {
            let socket = spoof::socket(Ipv4Addr::new(10, 78, 0, number));
            let (mut peak, mut count) = (0, 0);
            while !is_enough.load(Ordering::Relaxed) {
                (count..count + BURST).for_each(|number| spoof::shout(&socket, &packet(number)));
                count += BURST;
                peak = peak.max(resident());
                thread::sleep(BURST_PAUSE);
            }
            println!("{count} packets");
            peak
        });
        Self { enough, thread: Some(thread) }
    }

    /// Ends it, and gives the most memory that this process had meanwhile.
    fn stop(mut self) -> usize {
        self.enough.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.enough.store(true, Ordering::Relaxed);
    }
}

/// The memory of this process. Each test has its own process.
fn resident() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn a_flood_of_names_takes_little_memory_and_hides_nobody() {
    let lan = Lan::new(3);
    let ids = [id(), id()];
    let mut first = lan.start(1, &ids[0], InterfaceFilter::default());
    let earlier = lan.start(2, &ids[1], InterfaceFilter::default());
    first.sees(&ids[1]).await;
    drop(earlier);
    first.misses(&ids[1]).await;
    let before = resident();
    let flood = Flood::start(&lan, 3, |number| {
        spoof::announcement(&spoof::made_up(number).to_string(), NOWHERE, 9010)
    });
    // More than one daemon reports.
    first.sees_more_than(2 * browser::INSTANCES_MAX).await;
    let mut late = lan.start(2, &ids[1], InterfaceFilter::default());
    late.sees_more_than(browser::INSTANCES_MAX).await;
    let during = flood.stop();
    let (seen, sees) = (first.sees(&ids[1]).await.0, late.sees(&ids[0]).await.0);
    println!("a newcomer was seen after {:?}, saw after {:?}", seen - late.started, sees - late.started);
    let grown = resident().max(during).saturating_sub(before);
    println!("{} KiB more", grown / 1024);
    assert!(grown < 32 << 20, "{grown} bytes");
}

/// Announces a proxy on a machine, and listens to none.
fn announce(lan: &Lan, number: usize, stopped: watch::Receiver<()>) -> (String, JoinHandle<()>) {
    let proxy = id();
    let label = proxy.to_string();
    let work = move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let filter = InterfaceFilter::default();
            let interfaces = Interfaces::watch(filter.clone()).unwrap();
            let mdns = Mdns { proxy, port: 9010, filter, interfaces, questions: Arc::default() };
            announcer::announce(&mdns, &mut Stop(stopped)).await;
        });
    };
    (label, lan.on(number, work))
}

/// Waits until the proxy with this label announces itself unasked, and gives the time to live.
async fn lifetime(listener: &UdpSocket, label: &str) -> u32 {
    let mut packet = [0; 9000];
    loop {
        let size = timeout(DEADLINE, listener.recv(&mut packet)).await.expect("nothing was said in time");
        let packet = &packet[..size.unwrap()];
        if let Some(lifetime) = spoof::lifetime(packet)
            && spoof::is_about(packet, label)
        {
            return lifetime;
        }
    }
}

/// Asks until the proxy with this label answers.
async fn ask(asker: &UdpSocket, label: &str) {
    let mut packet = [0; 9000];
    let answered = async {
        loop {
            asker.send_to(&spoof::question(), spoof::EVERYBODY).await.unwrap();
            let answer = timeout(Duration::from_millis(100), asker.recv(&mut packet)).await;
            if let Ok(size) = answer
                && spoof::is_about(&packet[..size.unwrap()], label)
            {
                return;
            }
        }
    };
    timeout(DEADLINE, answered).await.expect("no answer came in time");
}

#[tokio::test]
async fn a_flood_does_not_take_the_own_name_from_the_air() {
    // Unasked, a daemon announces its name twice.
    const SAID_BY_ONE: usize = 2;
    const DAEMONS: usize = 4;
    let lan = Lan::new(3);
    let sockets = lan.on(2, || {
        let own = Ipv4Addr::new(10, 78, 0, 2);
        (spoof::listener(own, Ipv4Addr::new(10, 78, 0, 1)), spoof::asker(own))
    });
    let (listener, asker) = sockets.join().unwrap();
    let (listener, asker) = (spoof::polled(listener), spoof::polled(asker));

    let (stop, stopped) = watch::channel(());
    let (label, earlier) = announce(&lan, 1, stopped);
    ask(&asker, &label).await;
    drop(stop);
    while lifetime(&listener, &label).await != 0 {}
    earlier.join().unwrap();

    let (stop, stopped) = watch::channel(());
    let (label, announcing) = announce(&lan, 1, stopped);
    let flood = Flood::start(&lan, 3, |number| spoof::address(&spoof::made_up(number).to_string(), NOWHERE));
    for _ in 0..DAEMONS * SAID_BY_ONE {
        assert_ne!(lifetime(&listener, &label).await, 0, "a goodbye");
        ask(&asker, &label).await;
    }
    flood.stop();
    drop(stop);
    announcing.join().unwrap();
}

//! Tests with real packets, between network namespaces that lead nowhere else.

mod flood;
mod lan;
mod spoof;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use nws_protocol::ProxyId;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::yield_now;
use tokio::time::timeout;

use super::groups::Groups;
use super::outsiders::Outsiders;
use super::{Mdns, Stop, announcer, browser};
use crate::discovery::Sighting;
use crate::interfaces::{InterfaceFilter, Interfaces};
use crate::tls::Identity;
use lan::{DEADLINE, Lan};

fn id() -> ProxyId {
    Identity::generate().unwrap().id().clone()
}

fn only(interface: &str) -> InterfaceFilter {
    InterfaceFilter { include: vec![interface.parse().unwrap()], exclude: Vec::new() }
}

fn host(number: u8) -> IpAddr {
    Ipv4Addr::new(10, 78, 0, number).into()
}

fn is_on_eth0(address: &SocketAddr, number: u8) -> bool {
    match address {
        SocketAddr::V4(_) => address.ip() == host(number),
        SocketAddr::V6(address) => address.ip().is_unicast_link_local() && address.scope_id() > 1,
    }
}

#[tokio::test]
async fn fresh_proxies_and_a_late_one_see_each_other() {
    let lan = Lan::new(3);
    let ids = [id(), id(), id()];
    let mut first = lan.start(1, &ids[0], InterfaceFilter::default());
    let mut second = lan.start(2, &ids[1], InterfaceFilter::default());
    let (at, addresses) = first.sees(&ids[1]).await;
    println!("of two fresh ones, the first saw the second {:?} after its start", at - second.started);
    assert!(addresses.iter().all(|address| is_on_eth0(address, 2)), "{addresses:?}");
    let (at, addresses) = second.sees(&ids[0]).await;
    println!("and the second saw the first {:?} after its own", at - second.started);
    assert!(addresses.iter().all(|address| is_on_eth0(address, 1)), "{addresses:?}");

    let mut late = lan.start(3, &ids[2], InterfaceFilter::default());
    for (index, neighbour) in [&mut first, &mut second].into_iter().enumerate() {
        neighbour.sees(&ids[2]).await;
        late.sees(&ids[index]).await;
    }
    drop(late);
    first.misses(&ids[2]).await;
    second.misses(&ids[2]).await;
}

#[tokio::test]
async fn a_fresh_proxy_meets_one_that_runs() {
    let lan = Lan::new(2);
    let running = id();
    let mut neighbour = lan.start(1, &running, InterfaceFilter::default());
    for _ in 0..4 {
        let fresh = id();
        let mut late = lan.start(2, &fresh, InterfaceFilter::default());
        let (seen, sees) = (neighbour.sees(&fresh).await.0, late.sees(&running).await.0);
        println!("a fresh one was seen after {:?}, saw after {:?}", seen - late.started, sees - late.started);
    }
}

#[tokio::test]
async fn with_loopback_alone_two_on_one_machine_see_each_other() {
    let lan = Lan::new(1);
    lan.change(1, "link set eth0 down");
    let ids = [id(), id()];
    let mut first = lan.start(1, &ids[0], only("lo"));
    let mut second = lan.start(1, &ids[1], only("lo"));
    let (at, addresses) = first.sees(&ids[1]).await;
    println!("on loopback, the second was seen {:?} after its start", at - second.started);
    assert_eq!(addresses, [SocketAddr::from((Ipv4Addr::LOCALHOST, 9010))]);
    second.sees(&ids[0]).await;
}

#[tokio::test]
async fn on_the_network_two_on_one_machine_see_each_other() {
    let lan = Lan::new(1);
    let ids = [id(), id()];
    let mut first = lan.start(1, &ids[0], InterfaceFilter::default());
    let mut second = lan.start(1, &ids[1], InterfaceFilter::default());
    let (_, addresses) = first.sees(&ids[1]).await;
    assert!(addresses.iter().all(|address| is_on_eth0(address, 1)), "{addresses:?}");
    second.sees(&ids[0]).await;
}

#[tokio::test]
async fn a_neighbour_is_seen_at_its_ipv4_and_its_link_local_ipv6_address() {
    let lan = Lan::new(2);
    let ids = [id(), id()];
    let mut first = lan.start(1, &ids[0], InterfaceFilter::default());
    let _second = lan.start(2, &ids[1], InterfaceFilter::default());
    let addresses = first.sees_at(&ids[1], 2).await;
    assert!(addresses[0].is_ipv4() && addresses[1].is_ipv6(), "{addresses:?}");
    assert!(addresses.iter().all(|address| is_on_eth0(address, 2)), "{addresses:?}");
}

#[tokio::test]
async fn interfaces_come_and_go() {
    let lan = Lan::new(2);
    lan.change(1, "link set eth0 down");
    let ids = [id(), id()];
    let mut first = lan.start(1, &ids[0], InterfaceFilter::default());
    let mut second = lan.start(2, &ids[1], InterfaceFilter::default());
    lan.change(1, "link set eth0 up");
    first.sees(&ids[1]).await;
    second.sees(&ids[0]).await;
    lan.change(1, "link set eth0 down");
    first.misses(&ids[1]).await;
    lan.change(1, "link set eth0 up");
    first.sees(&ids[1]).await;
}

#[tokio::test]
async fn neither_strangers_nor_other_networks_are_told_of() {
    let lan = Lan::new(2);
    let ids = [id(), id()];
    let mut first = lan.start(1, &ids[0], InterfaceFilter::default());
    let mut second = lan.start(2, &ids[1], InterfaceFilter::default());
    first.sees(&ids[1]).await;
    second.sees(&ids[0]).await;
    let last = spoof::made_up(9);
    let labels = [
        spoof::made_up(1).to_string(),
        "printer".to_owned(),
        spoof::made_up(2).to_string(),
        last.to_string(),
    ];
    lan.on(2, move || {
        let socket = spoof::socket(Ipv4Addr::new(10, 78, 0, 2));
        let here = Ipv4Addr::new(10, 78, 0, 99);
        let far = Ipv4Addr::new(8, 8, 8, 8);
        spoof::shout(&socket, &spoof::announcement(&labels[0], far, 9010));
        spoof::shout(&socket, &spoof::announcement(&labels[1], here, 9010));
        spoof::shout(&socket, &spoof::announcement(&labels[2], here, 0));
        spoof::shout(&socket, &spoof::announcement(&labels[3], here, 9010));
    })
    .join()
    .unwrap();
    let (_, addresses) = first.sees(&last).await;
    assert_eq!(addresses, [SocketAddr::from(([10, 78, 0, 99], 9010))]);
    assert_eq!(first.known(), [ids[1].clone(), last].into());
}

#[tokio::test]
async fn without_a_network_proxies_of_one_machine_see_each_other() {
    let lan = Lan::new(1);
    lan.change(1, "link set eth0 down");
    let ids = [id(), id()];
    let mut first = lan.start(1, &ids[0], InterfaceFilter::default());
    let mut second = lan.start(1, &ids[1], InterfaceFilter::default());
    for (one, other) in [(&mut first, &ids[1]), (&mut second, &ids[0])] {
        let (_, addresses) = one.sees(other).await;
        assert!(addresses.iter().all(|address| address.ip().is_loopback()), "{addresses:?}");
    }
}

/// Runs `work` on a machine where `mdns` could run.
fn alone<F: Future<Output = ()>>(work: impl FnOnce(Mdns) -> F + Send + 'static) {
    let lan = Lan::new(1);
    let work = move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let filter = InterfaceFilter::default();
            let interfaces = Interfaces::watch(filter.clone()).unwrap();
            let mdns = Mdns { proxy: id(), port: 9010, filter, interfaces, questions: Arc::default() };
            timeout(Duration::from_secs(30), work(mdns)).await.unwrap();
        });
    };
    lan.on(1, work).join().unwrap();
}

#[test]
fn a_daemon_that_dies_is_noticed() {
    alone(|mdns| async move {
        let (sender, _sightings) = mpsc::channel(1);
        let (daemon, events) = browser::start(&mdns).await.unwrap();
        daemon.kill();
        assert_eq!(
            browser::listen(&mdns, &daemon, events, &sender, &mut Outsiders::new()).await,
            browser::End::Died
        );
        daemon.overloaded().await;

        let (_stop, stopped) = watch::channel(());
        let (daemon, events) = announcer::start(&mdns).unwrap();
        daemon.kill();
        let end = announcer::watch(&mdns, &daemon, &events, &mut Groups::default(), &mut Stop(stopped)).await;
        assert!(matches!(end, announcer::End::Died | announcer::End::Overloaded), "{end:?}");
    });
}

#[test]
fn a_daemon_that_holds_too_much_is_noticed() {
    alone(|mdns| async move {
        let (daemon, _events) = browser::start(&mdns).await.unwrap();
        let socket = spoof::socket(Ipv4Addr::new(10, 78, 0, 1));
        let flood = async {
            // Packets get lost when they come faster than they are read.
            for number in 0.. {
                let label = spoof::made_up(number).to_string();
                spoof::shout(&socket, &spoof::address(&label, Ipv4Addr::new(10, 78, 0, 99)));
                yield_now().await;
            }
        };
        tokio::select! {
            () = daemon.overloaded() => {}
            () = flood => unreachable!(),
        }
    });
}

#[test]
fn whoever_is_there_is_told_of_again_and_again() {
    const TIMES: usize = 8;
    let lan = Lan::new(2);
    let (sender, mut sightings) = mpsc::channel(1);
    let (stop, stopped) = oneshot::channel::<()>();
    let (searching, searches) = oneshot::channel();
    let browsing = lan.on(1, move || {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let filter = InterfaceFilter::default();
            let interfaces = Interfaces::watch(filter.clone()).unwrap().borrow().clone();
            let interfaces = watch::channel(interfaces).1;
            let mdns = Mdns { proxy: id(), port: 9010, filter, interfaces, questions: Arc::default() };
            let (daemon, events) = browser::start(&mdns).await.unwrap();
            // Whenever nothing happens, the paused clock jumps ahead at once.
            tokio::time::pause();
            searching.send(()).unwrap();
            let mut outsiders = Outsiders::new();
            tokio::select! {
                end = browser::listen(&mdns, &daemon, events, &sender, &mut outsiders) => panic!("{end:?}"),
                _ = stopped => {}
            }
        });
    });
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        searches.await.unwrap();
        let proxy = id();
        let _neighbour = lan.start(2, &proxy, InterfaceFilter::default());
        let mut told: Vec<Sighting> = Vec::new();
        while told.len() < TIMES {
            let next = timeout(DEADLINE, sightings.recv()).await.expect("it is told of once only").unwrap();
            assert!(matches!(&next, Sighting::Seen { proxy: other, .. } if *other == proxy), "{next:?}");
            // The addresses are not always reported together.
            told.retain(|earlier| *earlier == next);
            told.push(next);
        }
    });
    drop(stop);
    browsing.join().unwrap();
}

#[test]
fn a_daemon_that_does_not_answer_is_not_waited_for() {
    let lan = Lan::new(1);
    let work = || {
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let (interfaces, seen) = watch::channel(Arc::new(Interfaces::default()));
        let (release, released) = std::sync::mpsc::sync_channel::<()>(0);
        let (holding, holds) = std::sync::mpsc::sync_channel(0);
        // The daemon has to look at them before it answers.
        let holder = thread::spawn(move || {
            interfaces.send_modify(|_| {
                holding.send(()).unwrap();
                let _ = released.recv();
            });
        });
        holds.recv().unwrap();
        let mdns = Mdns {
            proxy: id(),
            port: 9010,
            filter: InterfaceFilter::default(),
            interfaces: seen,
            questions: Arc::default(),
        };
        let error = runtime.block_on(browser::start(&mdns)).err().unwrap();
        assert!(error.to_string().contains("does not answer"), "{error}");
        drop(release);
        holder.join().unwrap();
    };
    lan.on(1, work).join().unwrap();
}

//! How proxies find each other, and how they do not.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use anyhow::Result;
use nws_protocol::LINK_PORT;
use nws_tests::lab::{Capture, Lab, Machine, Multicast};
use nws_tests::{Peer, Setup};

use crate::lan::lan;

const MDNS_PORT: u16 = 5353;

/// Packets of mDNS that a machine sent.
fn said_by(machine: &Machine, capture: &Capture) -> usize {
    let owned = [IpAddr::from(machine.address()), machine.link_local().into()];
    let said = capture.datagrams().into_iter().filter(|said| said.to.port() == MDNS_PORT);
    said.filter(|said| owned.contains(&said.from.ip())).count()
}

/// How a connection to the link port of `machine` fails.
fn refusal(from: &Machine, machine: &Machine) -> Option<ErrorKind> {
    let outcome = from.namespace().connect((machine.address(), LINK_PORT).into());
    outcome.err()?.downcast_ref().map(std::io::Error::kind)
}

#[tokio::test]
async fn without_discovery_nothing_is_said_and_nobody_listens() -> Result<()> {
    let lab = Lab::new(3)?;
    let (sniffer, witness) = (lab.sniff()?, Multicast::join(&lab[2])?);
    let quiet = Setup::on(&lab[0]).switch("--no-discovery").start().await?;
    let loud = lab[1].start().await?;
    let (mut one, mut two) = (Peer::alone(&quiet, "/chan").await?, Peer::alone(&loud, "/chan").await?);
    // The first packets of the other ask, the later ones tell.
    for _ in 0..3 {
        assert_eq!(witness.receive().await?.0.ip(), lab[1].address());
    }
    one.id().await?;
    two.id().await?;
    assert_eq!(refusal(&lab[2], &lab[0]), Some(ErrorKind::ConnectionRefused));
    assert_eq!(refusal(&lab[2], &lab[1]), None);
    let capture = sniffer.finish()?;
    assert_eq!(said_by(&lab[0], &capture), 0);
    assert_ne!(said_by(&lab[1], &capture), 0);
    Ok(())
}

#[tokio::test]
async fn a_named_proxy_is_found_without_discovery() -> Result<()> {
    let lab = Lab::new(2)?;
    let sniffer = lab.sniff()?;
    let named = Setup::on(&lab[1]).switch("--no-discovery").flag("--link-port", LINK_PORT).start().await?;
    let peer = format!("{}:{LINK_PORT}", lab[1].address());
    let naming = Setup::on(&lab[0]).switch("--no-discovery").flag("--peer", peer).start().await?;
    let [mut one, mut two] = Peer::gather([(&named, "/chan"), (&naming, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    let capture = sniffer.finish()?;
    assert_eq!((said_by(&lab[0], &capture), said_by(&lab[1], &capture)), (0, 0));
    assert!(!capture.streams()?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_named_proxy_may_start_later() -> Result<()> {
    let lab = Lab::new(2)?;
    let peer = format!("{}:{LINK_PORT}", lab[1].address());
    let naming = Setup::on(&lab[0]).switch("--no-discovery").flag("--peer", peer).start().await?;
    let mut one = Peer::alone(&naming, "/chan").await?;
    one.id().await?;
    let named = Setup::on(&lab[1]).switch("--no-discovery").flag("--link-port", LINK_PORT).start().await?;
    let mut two = Peer::arrive(&named, "/chan", &mut [&mut one]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await
}

#[tokio::test]
async fn proxies_on_one_machine_find_each_other_and_those_of_others() -> Result<()> {
    let (lab, [first, elsewhere]) = lan().await?;
    let second = Setup::on(&lab[0]).flag("--port", 9109).flag("--link-port", 9110).start().await?;
    // The usual port of links is taken, so it takes another.
    let third = Setup::on(&lab[0]).flag("--port", 9209).start().await?;
    let places = [(&first, "/chan"), (&second, "/chan"), (&third, "/chan"), (&elsewhere, "/chan")];
    let [mut one, mut two, mut three, mut four] = Peer::gather(places).await?;
    Peer::chorus(&mut [&mut one, &mut two, &mut three, &mut four]).await
}

#[tokio::test]
async fn either_family_of_addresses_is_enough() -> Result<()> {
    let lab = Lab::new(4)?;
    for number in [0, 1] {
        lab[number].lose_ipv6()?;
    }
    for number in [2, 3] {
        lab[number].lose_ipv4()?;
    }
    for pair in [[0, 1], [2, 3]] {
        let [a, b] = pair.map(|number| lab[number].start());
        let (a, b) = (a.await?, b.await?);
        let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
        Peer::chorus(&mut [&mut one, &mut two]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn proxies_find_each_other_by_loopback_alone() -> Result<()> {
    let lab = Lab::new(1)?;
    lab[0].take_down()?;
    let first = Setup::on(&lab[0]).flag("--interface", "lo").start().await?;
    let second = Setup::on(&lab[0]).flag("--interface", "lo").flag("--port", 9109).start().await?;
    let [mut one, mut two] = Peer::gather([(&first, "/chan"), (&second, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await
}

#[tokio::test]
async fn an_interface_that_is_left_out_is_not_used() -> Result<()> {
    let lab = Lab::new(3)?;
    let (sniffer, witness) = (lab.sniff()?, Multicast::join(&lab[2])?);
    let quiet = Setup::on(&lab[0]).flag("--no-interface", "eth*").start().await?;
    let loud = lab[1].start().await?;
    let mut one = Peer::alone(&quiet, "/chan").await?;
    let mut two = Peer::alone(&loud, "/chan").await?;
    for _ in 0..3 {
        assert_eq!(witness.receive().await?.0.ip(), lab[1].address());
    }
    one.id().await?;
    two.id().await?;
    assert_eq!(said_by(&lab[0], &sniffer.finish()?), 0);
    Ok(())
}

/// Takes a port of UDP for itself alone.
fn hold(machine: &Machine, address: IpAddr) -> Result<UdpSocket> {
    machine.namespace().inside(|| Ok(UdpSocket::bind(SocketAddr::from((address, MDNS_PORT)))?))
}

#[tokio::test]
async fn the_log_tells_what_is_used_and_that_it_works() -> Result<()> {
    let lab = Lab::new(1)?;
    lab[0].run("link add br-lan type bridge")?;
    lab[0].run("address add 10.99.0.1/24 dev br-lan")?;
    lab[0].run("link set br-lan up")?;
    lab[0].run("link add br-0123456789ab type bridge")?;
    lab[0].run("address add 10.98.0.1/24 dev br-0123456789ab")?;
    lab[0].run("link set br-0123456789ab up")?;
    let proxy = lab[0].start().await?;
    let line = proxy.log(&["INFO", "network interfaces: used:", "eth0 10.77.0.1/24"]).await?;
    assert!(line.contains("lo (loopback)") && line.contains("br-0123456789ab (for containers)"), "{line}");
    let all = proxy.log(&["INFO", "mDNS works on", "eth0 10.77.0.1"]).await?;
    assert!(!all.contains(" lo "), "{all}");
    Ok(())
}

#[tokio::test]
async fn an_interface_that_is_not_there_is_named() -> Result<()> {
    let lab = Lab::new(1)?;
    let proxy = Setup::on(&lab[0]).flag("--interface", "nonesuch").start().await?;
    proxy.log(&["WARN", "nonesuch", "--interface", "eth0"]).await?;
    Ok(())
}

#[tokio::test]
async fn a_port_of_mdns_that_somebody_holds_is_told_and_tried_again() -> Result<()> {
    let lab = Lab::new(2)?;
    let held = [Ipv4Addr::UNSPECIFIED.into(), IpAddr::from(Ipv6Addr::UNSPECIFIED)];
    // The second one fails where the first one is of both families.
    let held: Vec<_> = held.into_iter().rev().filter_map(|address| hold(&lab[0], address).ok()).collect();
    let deaf = lab[0].start().await?;
    deaf.log(&["WARN", "cannot look for other proxies by mDNS", "5353"]).await?;
    deaf.log(&["WARN", "cannot announce this proxy by mDNS", "5353"]).await?;
    let other = lab[1].start().await?;
    drop(held);
    let [mut one, mut two] = Peer::gather([(&deaf, "/chan"), (&other, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    deaf.log(&["INFO", "mDNS works on eth0"]).await?;
    Ok(())
}

#[tokio::test]
async fn one_family_of_mdns_that_somebody_holds_is_told_and_tried_again() -> Result<()> {
    let lab = Lab::new(1)?;
    let held = hold(&lab[0], Ipv4Addr::UNSPECIFIED.into())?;
    let proxy = lab[0].start().await?;
    proxy.log(&["WARN", "mDNS does not work on eth0 10.77.0.1", "0.0.0.0:5353"]).await?;
    drop(held);
    proxy.log(&["INFO", "mDNS works on eth0"]).await?;
    Ok(())
}

#[tokio::test]
async fn groups_that_the_system_refuses_are_told() -> Result<()> {
    let lab = Lab::new(1)?;
    let groups = "/proc/sys/net/ipv4/igmp_max_memberships";
    lab[0].run("link add more0 type veth peer name more1")?;
    lab[0].run("address add 10.99.0.1/24 dev more0")?;
    lab[0].run("link set more0 up")?;
    lab[0].run("link set more1 up")?;
    lab[0].namespace().inside(|| Ok(std::fs::write(groups, "1")?))?;
    let proxy = lab[0].start().await?;
    proxy.log(&["WARN", "mDNS does not work on", "igmp_max_memberships"]).await?;
    lab[0].namespace().inside(|| Ok(std::fs::write(groups, "20")?))?;
    proxy.log(&["INFO", "mDNS works on eth0", "more0 10.99.0.1"]).await?;
    Ok(())
}

#[tokio::test]
async fn netmasks_that_differ_are_told_on_both_machines() -> Result<()> {
    let lab = Lab::new(2)?;
    for number in [0, 1] {
        lab[number].lose_ipv6()?;
    }
    lab[1].lose_ipv4()?;
    lab[1].run("address add 10.77.9.2/16 dev eth0")?;
    // Answers find their way all the same, as they do where there is a router.
    lab[0].run("route add default dev eth0")?;
    let (narrow, wide) = (lab[0].start().await?, lab[1].start().await?);
    narrow.log(&["WARN", "netmasks", "10.77.9.2", "eth0 10.77.0.1/24"]).await?;
    narrow.log(&["WARN", "a connection is refused", "10.77.9.2", "eth0 10.77.0.1/24"]).await?;
    wide.log(&["INFO", "mDNS works on eth0 10.77.9.2"]).await?;
    Ok(())
}

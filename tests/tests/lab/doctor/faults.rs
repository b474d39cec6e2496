//! One thing is wrong, and it is named.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket};

use anyhow::Result;
use nws_protocol::{CLIENT_PORT, LINK_PORT};
use nws_tests::lab::{Lab, Machine};
use nws_tests::{Peer, Setup};

use super::examination::Examination;
use super::impostor::{Impostor, VERSION};
use crate::lan::lan;

const ANY: [IpAddr; 2] = [IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::UNSPECIFIED)];

/// This process, as the system names it.
fn own_name() -> Result<String> {
    let name = std::fs::read_to_string(format!("/proc/{}/comm", std::process::id()))?;
    Ok(format!("{} (pid {}", name.trim(), std::process::id()))
}

/// Takes a port for this process.
fn hold(machine: &Machine, port: u16) -> Result<TcpListener> {
    machine.namespace().inside(|| Ok(TcpListener::bind((Ipv6Addr::UNSPECIFIED, port))?))
}

/// Drops what comes to the port of links, silently, as a firewall does.
fn drop_links(machine: &Machine) -> Result<()> {
    for family in ["-4", "-6"] {
        // The rules of the system come after ours from now on.
        machine.run(&format!("{family} rule add pref 100 lookup local"))?;
        machine
            .run(&format!("{family} rule add pref 50 iif eth0 ipproto tcp dport {LINK_PORT} blackhole"))?;
        machine.run(&format!("{family} rule del pref 0"))?;
    }
    Ok(())
}

#[tokio::test]
async fn multicast_that_is_off() -> Result<()> {
    let (lab, _proxies) = lan::<2>().await?;
    lab[0].run("link set eth0 multicast off")?;
    let examination = Examination::of(&lab[0], &[]).await?;
    examination.is_fault(
        "multicast",
        "eth0 IPv4",
        &["multicast is off on eth0"],
        "sudo ip link set dev eth0 multicast on",
    )
}

#[tokio::test]
async fn a_group_that_the_system_refuses() -> Result<()> {
    let (lab, _proxies) = lan::<2>().await?;
    lab[0].namespace().inside(|| Ok(std::fs::write("/proc/sys/net/ipv4/igmp_max_memberships", "0")?))?;
    let examination = Examination::of(&lab[0], &[]).await?;
    examination.is_fault("multicast", "eth0 IPv4", &["lets no program join"], "igmp_max_memberships")
}

#[tokio::test]
async fn an_interface_that_is_down() -> Result<()> {
    let lab = Lab::new(1)?;
    lab[0].take_down()?;
    let _proxy = lab[0].start().await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    examination.is_fault("interfaces", "eth0", &["eth0 is down"], "sudo ip link set dev eth0 up")
}

#[tokio::test]
async fn a_port_of_mdns_that_is_held() -> Result<()> {
    let lab = Lab::new(1)?;
    let hold =
        |address| lab[0].namespace().inside(|| Ok(UdpSocket::bind(SocketAddr::from((address, 5353)))?));
    // The second one fails where the first one is of both families.
    let _held: Vec<_> = ANY.into_iter().filter_map(|address| hold(address).ok()).collect();
    let _proxy = lab[0].start().await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    let kill = format!("kill {}", std::process::id());
    examination.is_fault("mdns-port", "5353", &[&own_name()?, "for itself"], &kill)
}

#[tokio::test]
async fn a_port_of_clients_that_another_program_holds() -> Result<()> {
    let lab = Lab::new(1)?;
    let _held = hold(&lab[0], CLIENT_PORT)?;
    let examination = Examination::of(&lab[0], &[]).await?;
    examination.is_fault("client-port", "9009", &[&own_name()?, "9009"], "nws --port 9109")
}

#[tokio::test]
async fn a_port_of_links_that_another_program_holds() -> Result<()> {
    let lab = Lab::new(2)?;
    let _held = hold(&lab[0], LINK_PORT)?;
    let _proxies = (lab[0].start().await?, lab[1].start().await?);
    let examination = Examination::of(&lab[0], &[]).await?;
    let kill = format!("kill {}", std::process::id());
    examination.is_fault("link-port", "9010", &[&own_name()?, "9010"], &kill)
}

#[tokio::test]
async fn a_vpn_that_takes_what_is_meant_for_neighbours() -> Result<()> {
    let lab = Lab::new(2)?;
    lab[0].run("tuntap add dev vpn0 mode tun")?;
    lab[0].run("address add 10.99.0.1/24 dev vpn0")?;
    lab[0].run("link set vpn0 up")?;
    lab[0].run("route add 10.77.0.0/25 dev vpn0")?;
    let _proxies = (lab[0].start().await?, lab[1].start().await?);
    let examination = Examination::of(&lab[0], &[]).await?;
    let remedy = "sudo ip route del 10.77.0.0/25 dev vpn0";
    examination.is_fault("route", "eth0 10.77.0.1/24", &["10.77.0.2", "vpn0", "VPN"], remedy)
}

#[tokio::test]
async fn a_vpn_that_takes_only_ipv6() -> Result<()> {
    let lab = Lab::new(2)?;
    lab[0].run("address add fd77::1/64 dev eth0 nodad")?;
    lab[1].run("address add fd77::2/64 dev eth0 nodad")?;
    lab[0].run("tuntap add dev vpn0 mode tun")?;
    lab[0].run("address add fd99::1/64 dev vpn0 nodad")?;
    lab[0].run("link set vpn0 up")?;
    lab[0].run("-6 route add fd77::/65 dev vpn0 metric 1")?;
    let _proxies = (lab[0].start().await?, lab[1].start().await?);
    let examination = Examination::of(&lab[0], &[]).await?;
    let remedy = "sudo ip -6 route replace fd77::2/128 dev eth0";
    examination.is_fault("route", "eth0 fd77::1/64", &["fd77::2", "vpn0", "VPN"], remedy)
}

#[tokio::test]
async fn a_bridge_of_containers_and_nothing_else() -> Result<()> {
    let lab = Lab::new(1)?;
    lab[0].run("link del eth0")?;
    lab[0].run("link add docker0 type bridge")?;
    lab[0].run("address add 172.17.0.1/16 dev docker0")?;
    lab[0].run("link set docker0 up")?;
    let _proxy = lab[0].start().await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    examination.is_fault("interfaces", "", &["docker0 (for containers)"], "cable")
}

#[tokio::test]
async fn packets_that_another_machine_drops() -> Result<()> {
    let lab = Lab::new(2)?;
    drop_links(&lab[1])?;
    let (_own, other) = (lab[0].start().await?, lab[1].start().await?);
    let (id, _) = other.link().await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    examination.is_fault(
        "dial",
        &id[..8],
        &["10.77.0.2:9010: no answer", "dropped"],
        "on that machine: sudo ufw allow 9010/tcp",
    )
}

#[tokio::test]
async fn packets_that_this_machine_drops() -> Result<()> {
    let lab = Lab::new(2)?;
    drop_links(&lab[0])?;
    let (own, other) = (lab[0].start().await?, lab[1].start().await?);
    let (id, _) = other.link().await?;
    // There is a link all the same, as this side dials.
    let _peers = Peer::gather([(&own, "/chan"), (&other, "/chan")]).await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    assert_eq!(examination.check("linked", &id[..8])?["answer"], "yes");
    examination.is_fault("dial-back", &id[..8], &["reaches this machine, but not port 9010"], "9010")
}

#[tokio::test]
async fn a_proxy_of_clients_of_another_version() -> Result<()> {
    let lab = Lab::new(1)?;
    let _impostor = Impostor::of_clients(&lab[0], CLIENT_PORT)?;
    let examination = Examination::of(&lab[0], &[]).await?;
    examination.is_fault("version", "", &["another version", "protocol 99"], "nws service install")
}

#[tokio::test]
async fn a_proxy_of_links_of_another_version() -> Result<()> {
    let lab = Lab::new(2)?;
    let _proxy = lab[0].start().await?;
    let impostor = Impostor::of_links(&lab[1])?;
    let peer = format!("{}:{}", lab[1].address(), impostor.port);
    let examination = Examination::of(&lab[0], &["--peer", &peer]).await?;
    examination.is_fault("peer", &peer, &["another version", &VERSION.to_string()], "update nws")
}

#[tokio::test]
async fn no_network() -> Result<()> {
    let lab = Lab::new(1)?;
    lab[0].run("link del eth0")?;
    let _proxy = lab[0].start().await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    examination.is_fault("interfaces", "", &["no network", "loopback"], "cable")
}

#[tokio::test]
async fn a_peer_that_is_wrong() -> Result<()> {
    let (lab, _proxies) = lan::<2>().await?;
    let closed = format!("{}:9999", lab[1].address());
    for (peer, evidence, remedy) in [
        (closed.as_str(), "no program listens there", "--link-port 9999"),
        ("10.77.0.99:9010", "cannot be reached", "correct --peer"),
        ("nonesuch.invalid:9010", "has no address", "getent hosts nonesuch.invalid"),
        ("10.77.0.1:9010", "this machine itself", "another machine"),
    ] {
        let examination = Examination::of(&lab[0], &["--peer", peer]).await?;
        examination.is_fault("peer", peer, &[evidence], remedy)?;
    }
    Ok(())
}

/// The doctor learns of them from the proxy.
#[tokio::test]
async fn an_address_that_is_remembered_and_wrong() -> Result<()> {
    let (lab, _proxies) = lan::<2>().await?;
    let right = format!("{}:9010", lab[1].address());
    let wrong = [
        ("10.77.0.99:9010", "cannot be reached", "nws peers remove 10.77.0.99:9010"),
        ("nonesuch.invalid:9010", "has no address", "nws peers remove nonesuch.invalid:9010"),
        ("10.77.0.1:9010", "this machine itself", "nws peers remove 10.77.0.1:9010"),
    ];
    let words = ["peers", "add", "--wait", "0", &right, wrong[0].0, wrong[1].0, wrong[2].0];
    let added = Setup::on(&lab[0]).instead(&words).await?;
    assert!(added.status.success(), "{added:?}");
    let examination = Examination::of(&lab[0], &[]).await?;
    assert_eq!(examination.check("peer", &right)?["answer"], "yes");
    for (address, evidence, remedy) in wrong {
        examination.is_fault("peer", address, &[evidence], remedy)?;
        assert!(examination.check("linked", address).is_err(), "each is named once: {examination:?}");
    }
    Ok(())
}

/// Only the proxy knows of it: the doctor is not given the flag.
#[tokio::test]
async fn a_peer_of_the_proxy_that_runs() -> Result<()> {
    let lab = Lab::new(2)?;
    let closed = format!("{}:9999", lab[1].address());
    let unresolved = "nonesuch.invalid:9010";
    let setup = Setup::on(&lab[0]).flag("--peer", &closed).flag("--peer", unresolved);
    let proxy = setup.start().await?;
    proxy.log(&["cannot reach this address"]).await?;
    proxy.log(&["cannot look up this address"]).await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    examination.is_fault("linked", &closed, &["refused", "Connection refused"], "on that machine: nws")?;
    examination.is_fault("linked", unresolved, &["unresolved"], "getent hosts nonesuch.invalid")?;
    let flags = ["--peer", &closed, "--peer", unresolved];
    let given = Examination::of(&lab[0], &flags).await?;
    assert!(given.check("linked", "").is_err(), "each is named once: {given:?}");
    given.is_fault("peer", &closed, &["no program listens there"], "--link-port 9999")
}

#[tokio::test]
async fn too_few_descriptors() -> Result<()> {
    let lab = Lab::new(1)?;
    let proxy = Setup::on(&lab[0]).descriptors(300).start().await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    let pid = format!("pid {}", proxy.pid()?);
    examination.is_fault("descriptors", "", &[&pid, "300"], "ulimit -n")
}

#[tokio::test]
async fn no_proxy() -> Result<()> {
    let lab = Lab::new(1)?;
    let examination = Examination::of(&lab[0], &[]).await?;
    examination.is_fault("proxy", "", &["no proxy runs", "9009"], "nws service install")
}

#[tokio::test]
async fn a_page_that_no_browser_or_proxy_lets_in() -> Result<()> {
    let lab = Lab::new(1)?;
    let _proxy = Setup::on(&lab[0]).flag("--allow-origin", "https://example.com").start().await?;
    let insecure = Examination::of(&lab[0], &["--page", "http://localhost:8080/x"]).await?;
    insecure.is_fault(
        "origin",
        "http://localhost:8080/x",
        &["--allow-origin"],
        "--allow-origin http://localhost:8080",
    )?;
    let usage = Setup::on(&lab[0]).instead(&["doctor", "--page", "example.com"]).await?;
    assert_eq!((usage.status.code(), usage.stdout.as_str()), (Some(2), ""));
    assert!(usage.stderr.contains("--page"), "{}", usage.stderr);
    Ok(())
}

/// Names of interfaces may have any character but blanks, `/` and `:`.
#[tokio::test]
async fn names_are_shown_so_that_neither_terminal_nor_page_obeys() -> Result<()> {
    let lab = Lab::new(1)?;
    lab[0].take_down()?;
    lab[0].run("link set eth0 name \x1b[31m<b>$(id)")?;
    let _proxy = lab[0].start().await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    let name = "\\u{1b}[31m\\u{3c}b\\u{3e}$(id)";
    examination.is_fault("interfaces", name, &[name, "is down"], "")?;
    assert!(examination.check("interfaces", name)?.get("remedy").is_none(), "nobody can paste that");
    let text = Setup::on(&lab[0]).instead(&["doctor"]).await?.stdout;
    assert!(text.contains(name) && !text.contains(['\x1b', '<', '>']), "{text}");
    Ok(())
}

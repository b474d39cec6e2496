//! Networks on which nothing is wrong, however unusual they are.

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use nws_tests::Setup;
use nws_tests::lab::{Lab, Machine};

use super::examination::Examination;

/// Something about a machine that is no fault.
type Habit = fn(&Machine) -> Result<()>;

fn nothing(_: &Machine) -> Result<()> {
    Ok(())
}

fn no_ipv4(machine: &Machine) -> Result<()> {
    machine.lose_ipv4()
}

fn no_ipv6(machine: &Machine) -> Result<()> {
    machine.lose_ipv6()
}

fn containers(machine: &Machine) -> Result<()> {
    machine.run("link add docker0 type bridge")?;
    machine.run("address add 172.17.0.1/16 dev docker0")?;
    machine.run("link set docker0 up")
}

fn tunnel(machine: &Machine) -> Result<()> {
    machine.run("tuntap add dev tun0 mode tun")?;
    machine.run("address add 10.99.0.1/24 dev tun0")?;
    machine.run("link set tun0 up")
}

fn second_network(machine: &Machine) -> Result<()> {
    machine.run("link add more0 type veth peer name more1")?;
    machine.run("address add 10.98.0.1/24 dev more0")?;
    machine.run("link set more0 up")?;
    machine.run("link set more1 up")
}

fn second_that_is_down(machine: &Machine) -> Result<()> {
    machine.run("link add more0 type veth peer name more1")
}

fn default_route(machine: &Machine) -> Result<()> {
    machine.run("route add default dev eth0")
}

/// Machines with this habit on which proxies run, as many as `count`.
async fn examine(count: u8, habit: Habit) -> Result<()> {
    let lab = Lab::new(count)?;
    let machines = || (0..usize::from(count)).map(|number| &lab[number]);
    machines().try_for_each(habit)?;
    let _proxies = try_join_all(machines().map(Machine::start)).await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    ensure!(examination.faults().is_empty(), "{examination:?}");
    let heard = if count == 1 { "unknown" } else { "yes" };
    ensure!(examination.check("proxies", "")?["answer"] == heard, "{examination:?}");
    Ok(())
}

#[tokio::test]
async fn no_healthy_network_is_called_sick() -> Result<()> {
    let habits: [Habit; 8] =
        [nothing, no_ipv4, no_ipv6, containers, tunnel, second_network, second_that_is_down, default_route];
    for habit in habits {
        // One is alone, and one has neighbours.
        try_join_all([1, 2].map(|count| examine(count, habit))).await?;
    }
    try_join_all([3, 4].map(|count| examine(count, nothing))).await?;
    Ok(())
}

#[tokio::test]
async fn a_second_proxy_on_a_machine_is_no_fault() -> Result<()> {
    let lab = Lab::new(2)?;
    let _first = lab[0].start().await?;
    let _second = Setup::on(&lab[0]).flag("--port", 9109).start().await?;
    let _other = lab[1].start().await?;
    for flags in [&[][..], &["--port", "9109"]] {
        let examination = Examination::of(&lab[0], flags).await?;
        assert_eq!(examination.faults(), [""; 0], "{examination:?}");
    }
    Ok(())
}

/// The proxy tells another user neither its links nor who has connected.
#[tokio::test]
async fn without_the_token_links_are_unknown_and_the_way_back_is_tried_all_the_same() -> Result<()> {
    let lab = Lab::new(2)?;
    let _own = Setup::on(&lab[0]).env("XDG_RUNTIME_DIR", "").env("HOME", "").start().await?;
    let other = lab[1].start().await?;
    let (id, _) = other.link().await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    assert_eq!(examination.faults(), [""; 0], "{examination:?}");
    assert_eq!(examination.check("linked", "")?["answer"], "unknown");
    let back = examination.check("dial-back", &id[..8])?;
    assert_eq!(back["answer"], "yes");
    assert!(back["evidence"].as_str().unwrap_or_default().contains("a port of this machine"), "{back}");
    Ok(())
}

#[tokio::test]
async fn without_ipv6_there_is_a_note() -> Result<()> {
    let lab = Lab::new(1)?;
    lab[0].lose_ipv6()?;
    let _proxy = lab[0].start().await?;
    let examination = Examination::of(&lab[0], &[]).await?;
    let check = examination.check("multicast", "eth0 IPv6")?;
    assert_eq!((&check["answer"], &check["fault"]), (&"no".into(), &false.into()), "{check}");
    assert_eq!(examination.faults(), [""; 0]);
    Ok(())
}

#[tokio::test]
async fn a_peer_that_answers_is_no_fault() -> Result<()> {
    let lab = Lab::new(2)?;
    let _proxies = (lab[0].start().await?, lab[1].start().await?);
    let peer = format!("{}:9010", lab[1].address());
    let examination = Examination::of(&lab[0], &["--peer", &peer, "--page", "https://example.com/"]).await?;
    assert_eq!(examination.faults(), [""; 0], "{examination:?}");
    assert_eq!(examination.check("peer", &peer)?["answer"], "yes");
    let browser = examination.check("browser", "https://example.com/")?;
    assert!(browser["evidence"].as_str().unwrap_or_default().contains("loopback-network"), "{browser}");
    assert_eq!(examination.check("origin", "")?["answer"], "yes");
    Ok(())
}

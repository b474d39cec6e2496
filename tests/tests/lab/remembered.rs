//! Addresses that are typed once: they outlive their proxy, and names that change are followed.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use nws_protocol::LINK_PORT;
use nws_tests::lab::{Lab, Machine};
use nws_tests::{Exit, Peer, Proxy, Setup};
use serde_json::Value;

/// A proxy that finds nobody by itself, and can be reached.
fn quiet(machine: &Machine) -> Setup {
    Setup::on(machine).switch("--no-discovery").flag("--link-port", LINK_PORT)
}

fn address(machine: &Machine) -> String {
    format!("{}:{LINK_PORT}", machine.address())
}

async fn peers(machine: &Machine, words: &[&str]) -> Result<Exit> {
    Setup::on(machine).instead(&[&["peers"], words].concat()).await
}

async fn list(machine: &Machine) -> Result<Value> {
    let exit = peers(machine, &["list", "--json"]).await?;
    ensure!(exit.status.success(), "{exit:?}");
    Ok(serde_json::from_str(exit.stdout.lines().next().unwrap_or_default())?)
}

/// Waits until two proxies have a link over which a channel works.
async fn meet(one: &Proxy, other: &Proxy, channel: &str) -> Result<()> {
    let [mut at_one, mut at_other] = Peer::gather([(one, channel), (other, channel)]).await?;
    Peer::chorus(&mut [&mut at_one, &mut at_other]).await
}

async fn kill(proxy: Proxy) -> Result<()> {
    proxy.signal("KILL").await?;
    proxy.exit().await?;
    Ok(())
}

#[tokio::test]
async fn an_address_outlives_a_proxy_that_is_killed_until_it_is_removed() -> Result<()> {
    let lab = Lab::new(2)?;
    let (mut a, b) = (quiet(&lab[0]).start().await?, quiet(&lab[1]).start().await?);
    let to = address(&lab[1]);
    let added = peers(&lab[0], &["add", &to]).await?;
    ensure!(added.status.success() && added.stdout.contains("remembered; linked to"), "{added:?}");
    meet(&a, &b, "/first").await?;
    for round in ["/second", "/third"] {
        kill(a).await?;
        a = quiet(&lab[0]).start().await?;
        a.log(&["remembered addresses", "count=1"]).await?;
        meet(&a, &b, round).await?;
    }
    let removed = peers(&lab[0], &["remove", &to]).await?;
    ensure!(removed.status.success() && removed.stdout.contains("forgotten"), "{removed:?}");
    a.log(&["a link has ended", "the user has removed its address"]).await?;
    kill(a).await?;
    let a = quiet(&lab[0]).start().await?;
    assert_eq!(list(&lab[0]).await?["total"], 0);
    a.signal("TERM").await?;
    let log = a.exit().await?.stderr;
    ensure!(!log.contains("linked") && !log.contains("remembered addresses"), "{log}");
    Ok(())
}

#[tokio::test]
async fn a_proxy_without_links_remembers_and_has_links_after_its_next_start() -> Result<()> {
    let lab = Lab::new(2)?;
    let b = quiet(&lab[1]).start().await?;
    let a = Setup::on(&lab[0]).switch("--no-discovery").start().await?;
    let added = peers(&lab[0], &["add", &address(&lab[1])]).await?;
    ensure!(added.status.success() && added.stdout.contains("--no-discovery"), "{added:?}");
    a.signal("TERM").await?;
    a.exit().await?;
    let a = Setup::on(&lab[0]).switch("--no-discovery").start().await?;
    meet(&a, &b, "/room").await
}

#[tokio::test]
async fn all_are_tried_and_each_is_told() -> Result<()> {
    let lab = Lab::new(2)?;
    let (_a, _b) = (quiet(&lab[0]).start().await?, quiet(&lab[1]).start().await?);
    let to = address(&lab[1]);
    let added = peers(&lab[0], &["add", "nonesuch.invalid:1", &to, "10.77.0.2:1"]).await?;
    let lines: Vec<&str> = added.stdout.lines().collect();
    ensure!(added.status.success() && lines.len() == 3, "{added:?}");
    ensure!(
        lines[0].contains("remembered; not linked: ") && lines[0].contains("looked up again"),
        "{added:?}"
    );
    ensure!(lines[1].contains("remembered; linked to ") && lines[2].contains("refused"), "{added:?}");
    let shown = peers(&lab[0], &["list"]).await?.stdout;
    ensure!(shown.contains("linked to ") && shown.contains("dialled again in "), "{shown}");
    let removed = peers(&lab[0], &["remove", "nobody:1", &to]).await?;
    ensure!(removed.stdout.contains(&format!("{to}: forgotten")), "{removed:?}");
    ensure!(
        removed.status.code() == Some(1) && removed.stderr.contains("nobody:1: it was not"),
        "{removed:?}"
    );
    assert_eq!(list(&lab[0]).await?["total"], 2);
    Ok(())
}

/// A file of a machine, which `ip netns exec` shows in the place of the one in `/etc`.
struct Etc(PathBuf, &'static str);

impl Etc {
    fn of(machine: &Machine, name: &'static str, text: &str) -> Result<Self> {
        let folder = PathBuf::from("/etc/netns").join(machine.namespace().name());
        fs::create_dir_all(&folder)?;
        let file = Self(folder, name);
        file.set(text)?;
        Ok(file)
    }

    /// The file stays the same: it is mounted.
    fn set(&self, text: &str) -> Result<()> {
        Ok(fs::write(self.0.join(self.1), text)?)
    }
}

impl Drop for Etc {
    fn drop(&mut self) {
        // A folder that is left harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn a_name_that_moves_is_followed_although_the_old_link_seems_to_be_up() -> Result<()> {
    let lab = Lab::new(3)?;
    let hosts = Etc::of(&lab[0], "hosts", &format!("{} moving.test\n", lab[1].address()))?;
    let (old, new) = (quiet(&lab[1]).start().await?, quiet(&lab[2]).start().await?);
    let [(old, _), (new, _)] = [old.link().await?, new.link().await?];
    let a = quiet(&lab[0]).flag("--peer", format!("moving.test:{LINK_PORT}")).start().await?;
    let linked =
        |proxy: &str| ["linked".to_owned(), format!("proxy={proxy}"), "found=address moving.test".to_owned()];
    let [first, second] = [linked(&old), linked(&new)];
    a.log(&first.each_ref().map(String::as_str)).await?;
    // The old machine says nothing any more, and nobody is told.
    lab[1].unplug()?;
    hosts.set(&format!("{} moving.test\n", lab[2].address()))?;
    a.log(&second.each_ref().map(String::as_str)).await?;
    a.log(&["a link has ended", &format!("proxy={old}")]).await?;
    a.signal("TERM").await?;
    let log = a.exit().await?.stderr;
    let line = |words: &[&str]| log.lines().position(|line| words.iter().all(|word| line.contains(word)));
    let found = line(&second.each_ref().map(String::as_str));
    ensure!(
        found < line(&["a link has ended", &format!("proxy={old}")]),
        "the dead link was waited for: {log}"
    );
    Ok(())
}

#[tokio::test]
async fn while_a_name_is_not_known_its_last_address_stays_in_use() -> Result<()> {
    let lab = Lab::new(2)?;
    let hosts = Etc::of(&lab[0], "hosts", &format!("{} nas.test\n", lab[1].address()))?;
    let b = quiet(&lab[1]).start().await?;
    let a = quiet(&lab[0]).flag("--peer", format!("nas.test:{LINK_PORT}")).start().await?;
    meet(&a, &b, "/before").await?;
    hosts.set("")?;
    a.log(&["WARN", "cannot look up this address", "nas.test"]).await?;
    kill(b).await?;
    let b = quiet(&lab[1]).start().await?;
    meet(&a, &b, "/after").await?;
    a.signal("TERM").await?;
    let log = a.exit().await?.stderr;
    assert_eq!(log.matches("cannot look up this address").count(), 1, "{log}");
    Ok(())
}

#[tokio::test]
async fn a_name_that_takes_long_delays_no_other_one() -> Result<()> {
    let lab = Lab::new(2)?;
    // A server of names that says nothing.
    let _silent = lab[1].namespace().inside(|| Ok(std::net::UdpSocket::bind((lab[1].address(), 53))?))?;
    let _servers = Etc::of(&lab[0], "resolv.conf", &format!("nameserver {}\n", lab[1].address()))?;
    let _hosts = Etc::of(&lab[0], "hosts", &format!("{} nas.test\n", lab[1].address()))?;
    let b = quiet(&lab[1]).start().await?;
    let a = quiet(&lab[0]).flag("--peer", "slow.test:1").flag("--peer", "slow.test:2");
    let a = a.flag("--peer", format!("nas.test:{LINK_PORT}")).start().await?;
    meet(&a, &b, "/room").await?;
    a.log(&["WARN", "cannot look up this address", "it takes too long", "slow.test"]).await?;
    a.signal("TERM").await?;
    let log = a.exit().await?.stderr;
    let line = |words: &str| log.lines().position(|line| line.contains(words));
    ensure!(line("linked") < line("it takes too long"), "the slow name was waited for: {log}");
    Ok(())
}

/// As WireGuard has it: a tunnel with addresses, and no multicast.
#[tokio::test]
async fn an_interface_without_multicast_carries_links_to_addresses_that_are_given() -> Result<()> {
    let lab = Lab::new(2)?;
    for machine in [&lab[0], &lab[1]] {
        machine.run("link set eth0 multicast off")?;
    }
    // Both look for others by mDNS, as they do by default.
    let setup = |machine| Setup::on(machine).flag("--interface", "eth0");
    let b = setup(&lab[1]).start().await?;
    let a = setup(&lab[0]).flag("--peer", address(&lab[1])).start().await?;
    meet(&a, &b, "/room").await?;
    for proxy in [a, b] {
        proxy.signal("TERM").await?;
        let log = proxy.exit().await?.stderr;
        ensure!(!log.contains("ERROR"), "{log}");
    }
    Ok(())
}

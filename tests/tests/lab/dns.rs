//! Proxies find each other by the records of a real DNS server.

use anyhow::Result;
use nws_protocol::LINK_PORT;
use nws_tests::lab::{Lab, Machine};
use nws_tests::{Dnsmasq, Peer, Setup};

use crate::tailnet::{count, listed};

const WARN: &str = "WARN";

/// A proxy that asks DNS for others, and announces itself to nobody.
fn browsing(machine: &Machine) -> Setup {
    Setup::on(machine).switch("--no-discovery").flag("--browse-domain", "example.org")
}

/// A proxy that asks for nobody.
fn waiting(machine: &Machine) -> Setup {
    Setup::on(machine).switch("--no-discovery").flag("--link-port", LINK_PORT)
}

fn records(lab: &Lab, name: &str, number: usize) -> String {
    Dnsmasq::records(name, &lab[number].address().to_string())
}

#[tokio::test]
async fn a_domain_names_proxies_and_perhaps_this_one() -> Result<()> {
    let lab = Lab::new(3)?;
    let _etc = Dnsmasq::serves(&lab, 3, 0)?;
    let all = [records(&lab, "a", 0), records(&lab, "b", 1), records(&lab, "c", 2)];
    let _server = Dnsmasq::on(&lab[0], &all.concat()).await?;
    let (a, b, c) =
        (waiting(&lab[0]).start().await?, waiting(&lab[1]).start().await?, browsing(&lab[2]).start().await?);
    c.log(&["INFO", "linked", "found=--browse-domain, b._nws._tcp.example.org"]).await?;
    c.log(&["INFO", "linked", "found=--browse-domain, a._nws._tcp.example.org"]).await?;
    let links = listed(&c, "links").await?;
    assert_eq!(links.matches(r#""kind":"dns""#).count(), 2, "{links}");
    let mut one = Peer::alone(&c, "/chan").await?;
    let mut two = Peer::arrive(&a, "/chan", &mut [&mut one]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    drop(b);
    assert_eq!(count(c, &[WARN]).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_record_that_comes_later_or_changes_is_found_and_what_was_found_stays_without_a_server()
-> Result<()> {
    let lab = Lab::new(3)?;
    let _etc = Dnsmasq::serves(&lab, 3, 0)?;
    let server = Dnsmasq::on(&lab[0], "local=/example.org/\n").await?;
    let (a, b) = (browsing(&lab[0]).start().await?, waiting(&lab[1]).start().await?);
    let mut one = Peer::alone(&a, "/chan").await?;
    a.log(&[WARN, "--browse-domain: the domain names no proxy", "domain=example.org"]).await?;
    server.kill().await?;
    let server = Dnsmasq::on(&lab[0], &records(&lab, "b", 1)).await?;
    let mut two = Peer::arrive(&b, "/chan", &mut [&mut one]).await?;
    server.kill().await?;
    a.log(&[WARN, "--browse-domain: no DNS server answers"]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    // It is still dialled where it was.
    b.signal("KILL").await?;
    one.misses(&[&two]).await?;
    b.exit().await?;
    let b = waiting(&lab[1]).start().await?;
    let two = Peer::arrive(&b, "/chan", &mut [&mut one]).await?;
    b.signal("KILL").await?;
    one.misses(&[&two]).await?;
    let server = Dnsmasq::on(&lab[0], &records(&lab, "b", 2)).await?;
    let c = waiting(&lab[2]).start().await?;
    let mut three = Peer::arrive(&c, "/chan", &mut [&mut one]).await?;
    Peer::chorus(&mut [&mut one, &mut three]).await?;
    drop(server);
    assert_eq!(count(a, &[WARN, "no proxy: it has no PTR"]).await?, 1);
    Ok(())
}

#[tokio::test]
async fn whatever_dns_says_is_told_in_one_line_and_the_lan_never_notices() -> Result<()> {
    let lab = Lab::new(2)?;
    let _etc = Dnsmasq::serves(&lab, 2, 0)?;
    let record = |number: u32| format!("ptr-record=_nws._tcp.example.org,p{number}.example.org\n");
    let records = |count| (0..count).map(record).collect::<String>();
    let lame = "ptr-record=_nws._tcp.example.org,lame._nws._tcp.example.org\nlocal=/example.org/\n";
    let own = Dnsmasq::records("liar", "127.0.0.1");
    let server = Dnsmasq::on(&lab[0], &[lame, &own].concat()).await?;
    let a = Setup::on(&lab[0]).flag("--browse-domain", "example.org").start().await?;
    let b = lab[1].start().await?;
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    a.log(&[WARN, "lame._nws._tcp.example.org", "DNS has no SRV record of it"]).await?;
    a.log(&[WARN, "liar._nws._tcp.example.org", "its addresses are none of another machine"]).await?;
    server.kill().await?;
    let server = Dnsmasq::on(&lab[0], &records(10_000)).await?;
    a.log(&[WARN, "the domain names more proxies than one answer of DNS has room for"]).await?;
    server.kill().await?;
    let server = Dnsmasq::on(&lab[0], &records(2_000)).await?;
    a.log(&[WARN, "the domain names more than 256 proxies"]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    server.kill().await?;
    // It refuses to serve any domain.
    let _server = Dnsmasq::on(&lab[0], "").await?;
    a.log(&[WARN, "the DNS server fails"]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await?;
    assert!(count(a, &[WARN]).await? < 40, "of the many so much is told in an hour");
    Ok(())
}

#[tokio::test]
async fn a_proxy_of_another_network_that_dns_names_says_what_it_needs() -> Result<()> {
    let lab = Lab::new(2)?;
    let _etc = Dnsmasq::serves(&lab, 1, 0)?;
    lab[1].run("address add 10.88.0.1/32 dev lo")?;
    lab[0].run(&format!("route add 10.88.0.1/32 via {}", lab[1].address()))?;
    lab[0].run("address add 10.99.0.1/32 dev eth0")?;
    lab[0].run(&format!("route replace 10.88.0.1/32 via {} src 10.99.0.1", lab[1].address()))?;
    lab[1].run(&format!("route add 10.99.0.1/32 via {}", lab[0].address()))?;
    let _server = Dnsmasq::on(&lab[0], &Dnsmasq::records("far", "10.88.0.1")).await?;
    let (a, b) = (browsing(&lab[0]).start().await?, waiting(&lab[1]).start().await?);
    a.log(&[WARN, "cannot reach this proxy of --browse-domain", "--allow-remote"]).await?;
    b.log(&[WARN, "a connection is refused", "--allow-remote"]).await?;
    drop(b);
    let b = waiting(&lab[1]).switch("--allow-remote").start().await?;
    let [mut one, mut two] = Peer::gather([(&a, "/chan"), (&b, "/chan")]).await?;
    Peer::chorus(&mut [&mut one, &mut two]).await
}

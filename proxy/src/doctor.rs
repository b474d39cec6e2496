//! `nws doctor`: finds out what keeps peers apart, by trying it.
//!
//! Each check has an answer, what was seen, and what to do. All of them together take less than ten
//! seconds: the network is asked for a few seconds, and everything else meanwhile.

mod check;
mod ear;
mod firewall;
mod holders;
mod interfaces;
mod linked;
mod local;
mod multicast;
mod neighbours;
mod network;
mod page;
mod peers;
mod routes;
mod sources;
mod status;
mod system;
mod told;

use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::mpsc;

use crate::tls::Identity;
use crate::{Config, Error};

pub use check::{Answer, Check};
pub use page::{InvalidPage, PageAddress};

use firewall::Firewall;
use interfaces::Machine;
use local::Local;
use multicast::Known;
use network::{Findings, Own};
use peers::GivenPeer;
use system::Clocks;

/// How long one step of a conversation with another program may take.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Examines this machine and its network, for a proxy with this configuration and for `pages`. Each
/// check is sent when it is known.
///
/// # Errors
///
/// Fails when the system tells nothing of its interfaces, or gives no random numbers.
pub async fn examine(
    config: &Config,
    pages: &[PageAddress],
    checks: &mpsc::Sender<Check>,
) -> Result<(), Error> {
    let clocks = Clocks::now();
    let machine = Machine::look(&config.links.interfaces).map_err(Error::Interfaces)?;
    let identity = Identity::generate()?;
    let (held, mdns_holders) = multicast::held();
    let local = Local::look(config, &machine, &identity).await;
    tell(checks, local.check()).await;
    tell(checks, interfaces::check(&machine)).await;
    tell(checks, [multicast::port(&held, &mdns_holders)]).await;
    let (link_port, proxy) = local.link();
    let own = Own { proxy: proxy.as_ref(), link_port, teller: local.teller() };
    let remembered = match local.teller() {
        Some(teller) => teller.remembered().await,
        None => Vec::new(),
    };
    let given = GivenPeer::all(&config.links.peers, remembered);
    let (findings, peers, sources, firewall, pages) = tokio::join!(
        ask_network(config, &machine, &identity, own),
        peers::check(&given, &identity, own.proxy),
        sources::check(&config.links, &identity, own.proxy),
        Firewall::look(),
        join_all(pages.iter().map(|page| page::check(page, &local.place))),
    );
    tell(checks, routes::check(&machine, &findings.neighbours.addresses())).await;
    tell(checks, linked::check(local.teller(), &findings.decoys, &given).await).await;
    if config.links.discovery && machine.used().next().is_some() {
        let known = Known { machine: &machine, findings: &findings, held: &held, firewall: &firewall };
        tell(checks, known.check()).await;
        tell(checks, of_others(&machine, findings, own.link_port, &firewall)).await;
    }
    tell(checks, peers).await;
    tell(checks, sources).await;
    tell(checks, [firewall.check(own.link_port).await]).await;
    tell(checks, [system::descriptors(local.process.as_ref()), clocks.check()]).await;
    tell(checks, pages.into_iter().flatten()).await;
    Ok(())
}

/// Whoever reads them may have gone.
async fn tell(checks: &mpsc::Sender<Check>, known: impl IntoIterator<Item = Check>) {
    for check in known {
        let _ = checks.send(check).await;
    }
}

/// The machines and the proxies that were heard.
fn of_others(
    machine: &Machine,
    findings: Findings,
    link_port: Option<u16>,
    firewall: &Firewall,
) -> Vec<Check> {
    let mut checks = vec![multicast::others(machine, &findings.heard)];
    let Findings { neighbours, failure, .. } = findings;
    let link_port = link_port.or_else(|| neighbours.own_port());
    match failure {
        Some(failure) => checks.push(Check::unknown("proxies", failure)),
        None => checks.extend(neighbours.check(machine, link_port, firewall)),
    }
    checks
}

async fn ask_network(config: &Config, machine: &Machine, identity: &Identity, own: Own<'_>) -> Findings {
    if config.links.discovery && machine.used().next().is_some() {
        network::ask(machine, &config.links.interfaces, identity, own).await
    } else {
        Findings::default()
    }
}

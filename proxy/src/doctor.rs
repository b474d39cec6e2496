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
mod status;
mod system;
mod told;

use std::time::Duration;

use futures_util::future::join_all;

use crate::tls::Identity;
use crate::{Config, Error};

pub use check::{Answer, Check};
pub use page::{InvalidPage, PageAddress};

use interfaces::Machine;
use local::Local;
use network::{Findings, Own};
use system::Clocks;

/// How long one step of a conversation with another program may take.
const PATIENCE: Duration = Duration::from_millis(1500);

/// Examines this machine and its network, for a proxy with this configuration and for `pages`.
///
/// # Errors
///
/// Fails when the system tells nothing of its interfaces, or gives no random numbers.
pub async fn examine(config: &Config, pages: &[PageAddress]) -> Result<Vec<Check>, Error> {
    let clocks = Clocks::now();
    let machine = Machine::look(&config.links.interfaces).map_err(Error::Interfaces)?;
    let identity = Identity::generate()?;
    let (held, mdns_holders) = multicast::held();
    let local = Local::look(config, &machine, &identity).await;
    let (link_port, proxy) = local.link();
    let own = Own { proxy: proxy.as_ref(), link_port, teller: local.teller() };
    let (findings, peers, firewall, pages) = tokio::join!(
        ask_network(config, &machine, &identity, own),
        peers::check(&config.links.peers, &identity, own.proxy),
        firewall::check(own.link_port),
        join_all(pages.iter().map(|page| page::check(page, local.port))),
    );
    let mut checks = local.check();
    checks.extend(interfaces::check(&machine));
    checks.extend(routes::check(&machine, &findings.neighbours.addresses()));
    checks.push(multicast::port(&held, &mdns_holders));
    checks.extend(linked::check(local.teller(), &findings.decoys, &config.links.peers).await);
    if config.links.discovery && machine.used().next().is_some() {
        checks.extend(multicast::check(&machine, &findings, &held));
        checks.push(multicast::others(&machine, &findings.heard));
        let Findings { neighbours, failure, .. } = findings;
        let link_port = own.link_port.or_else(|| neighbours.own_port());
        match failure {
            Some(failure) => checks.push(Check::unknown("proxies", failure)),
            None => checks.extend(neighbours.check(&machine, link_port)),
        }
    }
    checks.extend(peers);
    checks.push(firewall);
    checks.push(system::descriptors(local.process.as_ref()));
    checks.push(clocks.check());
    checks.extend(pages.into_iter().flatten());
    Ok(checks)
}

async fn ask_network(config: &Config, machine: &Machine, identity: &Identity, own: Own<'_>) -> Findings {
    if config.links.discovery && machine.used().next().is_some() {
        network::ask(machine, &config.links.interfaces, identity, own).await
    } else {
        Findings::default()
    }
}

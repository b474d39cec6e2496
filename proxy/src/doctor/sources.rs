//! What Tailscale and DNS say of other proxies, and which of them answer.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use futures_util::future::join_all;
use nws_protocol::ProxyId;
use tokio::time::timeout;

use super::PATIENCE;
use super::check::{Check, quoted};
use super::neighbours::{Dialled, short, told};
use crate::config::Links;
use crate::discovery::{BrowseDomain, named_by, online};
use crate::link::inquire;
use crate::tls::Identity;

const TAILSCALE: &str = "tailscale";
const DNS: &str = "dns";

/// Places that are dialled, and addresses of each.
const PLACES_MAX: usize = 64;
const ADDRESSES_MAX: usize = 4;

/// How long DNS may take.
const DNS_TIME: Duration = Duration::from_secs(6);

/// One check for each source. `own` is the proxy of this machine.
pub(super) async fn check(links: &Links, identity: &Identity, own: Option<&ProxyId>) -> Vec<Check> {
    let tailnet = async {
        match &links.tailscale {
            Some(socket) => Some(of_tailnet(socket, identity).await),
            None => None,
        }
    };
    let domains = join_all(links.browse_domains.iter().map(|domain| of_domain(domain, identity, own)));
    let (tailnet, domains) = tokio::join!(tailnet, domains);
    tailnet.into_iter().chain(domains).collect()
}

/// Most machines run no proxy, so one that does not answer is no fault.
async fn of_tailnet(socket: &Path, identity: &Identity) -> Check {
    let machines = match online(socket).await {
        Ok(machines) => machines,
        Err(unanswered) => {
            let check = Check::fault(TAILSCALE, &unanswered);
            return check.remedy(unanswered.remedy().map(str::to_owned));
        }
    };
    let asked = machines.len().min(PLACES_MAX);
    let places = machines.into_iter().take(PLACES_MAX).map(|(name, addresses)| (name.to_string(), addresses));
    let answers = ask(places.collect(), identity).await;
    let found: Vec<String> =
        answers.into_iter().filter_map(|(name, answer)| answer.ok().map(|_| name)).collect();
    let online = match asked {
        1 => "tailscaled names one machine that is online".to_owned(),
        _ => format!("tailscaled names {asked} machines that are online"),
    };
    if found.is_empty() {
        let check = Check::note(TAILSCALE, format!("{online}, and no proxy answers on any of them"));
        return check.remedy("on the other machine: nws --tailscale".to_owned());
    }
    Check::yes(TAILSCALE, format!("{online}, and proxies answer on {}", found.join(", ")))
}

async fn of_domain(domain: &BrowseDomain, identity: &Identity, own: Option<&ProxyId>) -> Check {
    let silent = || Err("no DNS server answers in time".to_owned());
    let named = match timeout(DNS_TIME, named_by(domain)).await.unwrap_or_else(|_| silent()) {
        Ok(named) => named,
        Err(reason) => {
            let command = quoted(&format!("_nws._tcp.{domain}")).map(|name| format!("dig +short {name} PTR"));
            return Check::fault(DNS, reason).about(domain).remedy(command);
        }
    };
    let (mut good, mut bad, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (name, addresses) in named.into_iter().take(PLACES_MAX) {
        match addresses {
            Ok(addresses) => places.push((name.to_string(), addresses)),
            Err(reason) => bad.push(format!("{name}: {reason}")),
        }
    }
    for (name, answer) in ask(places, identity).await {
        match answer {
            Ok(proxy) if Some(&proxy) == own => good.push(format!("{name} (this machine)")),
            Ok(proxy) => good.push(format!("{name} ({})", short(&proxy))),
            Err(reason) => bad.push(format!("{name}: {reason}")),
        }
    }
    let good = if good.is_empty() { "nobody".to_owned() } else { good.join(", ") };
    if bad.is_empty() {
        return Check::yes(DNS, format!("the domain names proxies, of which all answer: {good}"))
            .about(domain);
    }
    let evidence = format!("of the proxies that the domain names answer {good}; not {}", bad.join("; "));
    let remedy = "correct the records, or on that machine: nws --link-port 9010 --allow-remote".to_owned();
    Check::fault(DNS, evidence).about(domain).remedy(remedy)
}

/// The proxy that answers at each place, or why none does.
async fn ask(
    places: Vec<(String, Vec<SocketAddr>)>,
    identity: &Identity,
) -> Vec<(String, Result<ProxyId, String>)> {
    let one = |(name, addresses): (String, Vec<SocketAddr>)| async move {
        let addresses = addresses.into_iter().take(ADDRESSES_MAX);
        let answers = join_all(addresses.map(|address| inquire(identity, address, PATIENCE))).await;
        let mut answers = answers.into_iter();
        let first = answers.next().map_or_else(|| Err("no address".to_owned()), answer);
        (name, answers.map(answer).fold(first, Result::or))
    };
    join_all(places.into_iter().map(one)).await
}

fn answer(dialled: Dialled) -> Result<ProxyId, String> {
    match dialled {
        Ok(found) => Ok(found.proxy),
        absent => Err(told(Some(&absent))),
    }
}

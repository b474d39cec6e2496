//! What the proxy of this machine says of its links, and of the proxies to which it has none.

use std::collections::BTreeSet;

use nws_protocol::{LINK_PORT, ProxyId};

use super::check::{Check, quoted};
use super::firewall;
use super::peers::GivenPeer;
use super::told::{CandidateRow, LinkRow, Teller};

const LINKED: &str = "linked";

/// Links and candidates that are listed.
const ROWS_MAX: usize = 64;

/// One check for each. `decoys` do not exist, and `checked` are looked at anyway.
pub(super) async fn check(
    teller: Option<&Teller>,
    decoys: &BTreeSet<ProxyId>,
    checked: &[GivenPeer],
) -> Vec<Check> {
    let Some(teller) = teller else { return Vec::new() };
    let Some((links, candidates)) = teller.mesh().await else {
        return vec![
            Check::unknown(
                LINKED,
                "the proxy tells its links to the user who has started it, and to nobody else",
            )
            .remedy("nws doctor (as that user)".to_owned()),
        ];
    };
    let is_real = |it: &&CandidateRow| {
        let id = it.proxy.as_ref().and_then(|proxy| proxy.parse::<ProxyId>().ok());
        id.is_none_or(|id| !decoys.contains(&id))
    };
    let is_new = |it: &&CandidateRow| {
        it.peer
            .as_ref()
            .is_none_or(|peer| !checked.iter().any(|checked| checked.address.to_string() == *peer))
    };
    let links = links.iter().filter(|link| link.state == "ready").map(linked);
    let candidates = candidates.iter().filter(is_real).filter(is_new).map(unlinked);
    links.chain(candidates).take(ROWS_MAX).collect()
}

fn linked(link: &LinkRow) -> Check {
    let name = short(link.proxy.as_deref());
    let address = link.address.as_deref().unwrap_or_default();
    let how = match link.kind.as_str() {
        "peer" => "the user has given its address",
        "dialled-us" => "it has dialled",
        "backbone" => "it is a site of the backbone",
        "tailscale" => "tailscaled names its machine",
        "dns" => "DNS names it",
        _ => "it was discovered",
    };
    Check::yes(LINKED, format!("there is a link to {name} at {address}: {how}")).about(name)
}

fn unlinked(candidate: &CandidateRow) -> Check {
    let name = candidate.peer.clone().unwrap_or_else(|| short(candidate.proxy.as_deref()));
    let detail = candidate.detail.as_ref().map_or_else(String::new, |detail| format!(" ({detail})"));
    let evidence = format!("the proxy here has no link to {name}: {}{detail}", candidate.reason);
    let check = match candidate.reason.as_str() {
        "new" | "dialling" | "budget" => Check::unknown(LINKED, evidence),
        // The user wants this one. What is only announced may be gone, and `dial` tries it.
        _ if candidate.kind == "peer" => Check::fault(LINKED, evidence),
        _ => Check::note(LINKED, evidence),
    };
    check.remedy(remedy(candidate)).about(name)
}

fn remedy(candidate: &CandidateRow) -> Option<String> {
    let is_named = candidate.kind == "peer";
    if candidate.kind == "backbone" {
        return is_wrong(candidate)
            .then(|| "at that site: nws status (does it reach the broker?)".to_owned());
    }
    // Most machines of a tailnet run no proxy.
    if candidate.kind == "tailscale" {
        return (candidate.reason == "closed").then(|| "on that machine: nws --tailscale".to_owned());
    }
    let port = candidate.addresses.first().and_then(|it| it.rsplit_once(':')?.1.parse().ok());
    Some(match candidate.reason.as_str() {
        "refused" => "on that machine: nws service install (or nws, to run it there and now)".to_owned(),
        "unreachable" | "silent" => firewall::open_elsewhere(port.unwrap_or(LINK_PORT)),
        "closed" => "on that machine: nws --allow-remote".to_owned(),
        "not-a-proxy" if is_named => "correct --peer (or nws peers remove): no proxy is there".to_owned(),
        "own" if is_named => "name another machine in --peer (or nws peers remove)".to_owned(),
        "other-version" => "update nws on that machine, and here (nws --version)".to_owned(),
        "unresolved" => {
            let (host, _) = candidate.peer.as_ref().filter(|_| is_named)?.rsplit_once(':')?;
            format!(
                "getent hosts {} (correct --peer or nws peers remove, or name an IP address)",
                quoted(host)?
            )
        }
        _ => return None,
    })
}

/// Gives whether it is not only on its way.
fn is_wrong(candidate: &CandidateRow) -> bool {
    !["new", "dialling", "budget", "ended"].contains(&candidate.reason.as_str())
}

/// The beginning of an id, which is enough to tell proxies of one network apart.
fn short(proxy: Option<&str>) -> String {
    proxy.unwrap_or("an unknown proxy").chars().take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(kind: &str, reason: &str) -> CandidateRow {
        CandidateRow {
            proxy: Some("abcdefghijk".to_owned()),
            kind: kind.to_owned(),
            peer: (kind != "discovered").then(|| "nas:9010".to_owned()),
            addresses: Vec::new(),
            reason: reason.to_owned(),
            detail: None,
        }
    }

    #[test]
    fn a_link_says_how_the_other_was_found() {
        for (kind, words) in [
            ("peer", "the user has given its address"),
            ("dialled-us", "it has dialled"),
            ("discovered", "it was discovered"),
            ("backbone", "it is a site of the backbone"),
            ("tailscale", "tailscaled names its machine"),
            ("dns", "DNS names it"),
        ] {
            let link = LinkRow {
                proxy: Some("abcdefghijk".to_owned()),
                address: Some("192.0.2.1:9010".to_owned()),
                state: "ready".to_owned(),
                kind: kind.to_owned(),
                is_dialled: true,
            };
            assert!(linked(&link).evidence.ends_with(words), "{kind}");
        }
    }

    #[test]
    fn a_remedy_is_for_the_kind_of_proxy() {
        let says = |kind, reason| unlinked(&candidate(kind, reason)).remedy.unwrap_or_default();
        assert!(says("peer", "own").contains("--peer") && says("peer", "not-a-proxy").contains("--peer"));
        assert_eq!((says("discovered", "own"), says("discovered", "not-a-proxy")), Default::default());
        assert!(says("backbone", "closed").contains("broker") && says("peer", "closed").contains("remote"));
        assert_eq!(says("backbone", "new"), "");
        assert!(
            says("tailscale", "closed").contains("--tailscale") && says("dns", "closed").contains("remote")
        );
        assert_eq!((says("tailscale", "refused"), says("dns", "unresolved")), Default::default());
    }
}

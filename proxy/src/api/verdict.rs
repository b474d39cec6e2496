//! Judges whether anything is wrong with this proxy: the only judge of its console and of
//! `nws status`.

use nws_core::Sums;
use serde::Serialize;
use utoipa::ToSchema;

use super::Api;
use super::collector::Collection;
use super::rows::{faulty, ready, totals};

/// The share of a limit from which on it is told, in tenths.
const NEARLY_TENTHS: usize = 9;

/// Whether anything is wrong, and what.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Verdict {
    /// Nothing is.
    healthy: bool,
    /// What is wrong, the worst first.
    troubles: Vec<Trouble>,
}

/// Something that is wrong.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Trouble {
    /// What it is about: `threads`, `links`, `connections`, `channels`, `interfaces`, `lagging`,
    /// `held`, `unlinked` or `isolated`.
    kind: &'static str,
    /// Something does not work now: `bad`, and not `warn`.
    severity: &'static str,
    /// How many it concerns.
    count: usize,
    /// What is wrong, in a sentence.
    text: String,
    /// What to do.
    remedy: &'static str,
    /// The command that is a part of the remedy.
    command: Option<&'static str>,
}

/// What is judged.
#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    shards: usize,
    missing: usize,
    /// There is a mesh, and it does not answer.
    is_mesh_late: bool,
    has_links: bool,
    links: usize,
    is_off_network: bool,
    unlinked: usize,
    sums: Sums,
    connections: (usize, usize),
    channels: (usize, usize),
}

/// Judges what was collected.
pub(super) fn verdict(api: &Api, collection: &Collection) -> Verdict {
    let sums = totals(collection);
    judge(&Facts {
        shards: collection.shards.len(),
        missing: collection.missing(),
        is_mesh_late: api.mesh.is_some() && collection.mesh.is_none(),
        has_links: api.facts.link_port.is_some(),
        links: ready(collection).count(),
        is_off_network: collection.interfaces.iter().all(|(.., reason)| reason.is_some()),
        unlinked: faulty(collection),
        sums,
        connections: beside_asker(api.permits.used()),
        channels: (sums.local_channels + sums.network_channels, api.facts.channels_max),
    })
}

/// Whoever asks has a connection too, and would make a proxy that is well look full.
const fn beside_asker((used, max): (usize, usize)) -> (usize, usize) {
    (used.saturating_sub(1), max)
}

fn judge(facts: &Facts) -> Verdict {
    let looks = [threads, links, connections, channels, interfaces, slow_clients, unlinked, isolated];
    let mut troubles: Vec<Trouble> = looks.iter().filter_map(|look| look(facts)).collect();
    troubles.sort_by_key(|trouble| trouble.severity != "bad");
    Verdict { healthy: troubles.is_empty(), troubles }
}

fn threads(facts: &Facts) -> Option<Trouble> {
    let Facts { missing, shards, .. } = *facts;
    (missing > 0).then(|| Trouble {
        kind: "threads",
        severity: "bad",
        count: missing,
        text: format!("{missing} of {} of the proxy {} not answer.", things(shards, "thread"), does(missing)),
        remedy: "What they have is missing here. If that lasts, start the proxy anew and report it.",
        command: None,
    })
}

fn links(facts: &Facts) -> Option<Trouble> {
    facts.is_mesh_late.then(|| Trouble {
        kind: "links",
        severity: "bad",
        count: 1,
        text: "The part of the proxy that makes links does not answer.".to_owned(),
        remedy: "Links are missing here. If that lasts, start the proxy anew and report it.",
        command: None,
    })
}

fn connections(facts: &Facts) -> Option<Trouble> {
    limit("connections", facts.connections, "nws --max-connections")
}

fn channels(facts: &Facts) -> Option<Trouble> {
    limit("channels", facts.channels, "nws --max-channels")
}

fn limit(kind: &'static str, (now, max): (usize, usize), command: &'static str) -> Option<Trouble> {
    (now.saturating_mul(10) >= max.saturating_mul(NEARLY_TENTHS)).then(|| Trouble {
        kind,
        severity: if now >= max { "bad" } else { "warn" },
        count: now,
        text: format!("{now} of at most {max} {kind} {} in use.", is(now)),
        remedy: "Close what is not needed, or start the proxy with a higher limit:",
        command: Some(command),
    })
}

fn interfaces(facts: &Facts) -> Option<Trouble> {
    (facts.has_links && facts.links == 0 && facts.is_off_network).then(|| Trouble {
        kind: "interfaces",
        severity: "warn",
        count: 0,
        text: "No network interface is in use, so no other machine can be reached.".to_owned(),
        remedy: "Connect this machine to a network. This says why each interface is left out:",
        command: Some("nws doctor"),
    })
}

/// Those for whom others have to wait are what is wrong; without any, those who wait are.
fn slow_clients(facts: &Facts) -> Option<Trouble> {
    let Sums { lagging, held, .. } = facts.sums;
    if lagging > 0 {
        return Some(Trouble {
            kind: "lagging",
            severity: "warn",
            count: lagging,
            text: format!(
                "{} {} too slowly.",
                things(lagging, "client"),
                if lagging == 1 { "reads" } else { "read" }
            ),
            remedy: "See whether that program hangs. The proxy cuts it when too much waits for it.",
            command: None,
        });
    }
    (held > 0).then(|| Trouble {
        kind: "held",
        severity: "warn",
        count: held,
        text: format!("{} must wait for slow recipients.", things(held, "client")),
        remedy: "That passes when the recipients have read.",
        command: None,
    })
}

fn unlinked(facts: &Facts) -> Option<Trouble> {
    let Facts { unlinked, links, .. } = *facts;
    let all = unlinked + links;
    let proxies = if all == 1 { "proxy" } else { "proxies" };
    (unlinked > 0).then(|| Trouble {
        kind: "unlinked",
        severity: "warn",
        count: unlinked,
        text: format!("{unlinked} of {all} other {proxies} {} not linked.", is(unlinked)),
        remedy: "The list of what is not linked has the reasons. This says what helps:",
        command: Some("nws doctor"),
    })
}

fn isolated(facts: &Facts) -> Option<Trouble> {
    let count = facts.sums.isolated_channels;
    (count > 0).then(|| Trouble {
        kind: "isolated",
        severity: "warn",
        count,
        text: format!(
            "{} {} no other machine, as there are too many.",
            things(count, "channel"),
            if count == 1 { "reaches" } else { "reach" }
        ),
        remedy: "Leave channels that are not needed: the first ones on this machine reach others.",
        command: None,
    })
}

fn things(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

const fn is(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

const fn does(count: usize) -> &'static str {
    if count == 1 { "does" } else { "do" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(facts: Facts) -> Vec<(&'static str, &'static str, String)> {
        let Verdict { healthy, troubles } = judge(&facts);
        assert_eq!(healthy, troubles.is_empty());
        assert!(troubles.iter().all(|trouble| !trouble.remedy.is_empty()));
        troubles.into_iter().map(|trouble| (trouble.kind, trouble.severity, trouble.text)).collect()
    }

    fn well() -> Facts {
        Facts {
            shards: 2,
            has_links: true,
            links: 2,
            connections: (3, 9),
            channels: (1, 9),
            ..Facts::default()
        }
    }

    #[test]
    fn what_is_well_is_healthy() {
        assert_eq!(said(well()), []);
        assert_eq!(said(Facts { is_off_network: true, has_links: false, links: 0, ..well() }), []);
        assert_eq!(said(Facts { is_off_network: true, ..well() }), []);
    }

    #[test]
    fn a_limit_is_told_when_it_is_nearly_reached_and_is_bad_when_it_is() {
        assert_eq!(said(Facts { connections: (89, 100), ..well() }), []);
        let nearly = said(Facts { connections: (90, 100), ..well() });
        assert_eq!(nearly, [("connections", "warn", "90 of at most 100 connections are in use.".to_owned())]);
        let full = said(Facts { channels: (1, 1), ..well() });
        assert_eq!(full, [("channels", "bad", "1 of at most 1 channels is in use.".to_owned())]);
    }

    #[test]
    fn the_worst_comes_first_and_numbers_and_words_agree() {
        let sums = Sums { lagging: 1, held: 5, isolated_channels: 1, ..Sums::default() };
        let facts = Facts { missing: 1, unlinked: 1, sums, links: 0, is_off_network: true, ..well() };
        let texts: Vec<String> = said(facts).into_iter().map(|(.., text)| text).collect();
        assert_eq!(
            texts,
            [
                "1 of 2 threads of the proxy does not answer.",
                "No network interface is in use, so no other machine can be reached.",
                "1 client reads too slowly.",
                "1 of 1 other proxy is not linked.",
                "1 channel reaches no other machine, as there are too many.",
            ]
        );
        let held = said(Facts { sums: Sums { held: 2, ..Sums::default() }, ..well() });
        assert_eq!(held, [("held", "warn", "2 clients must wait for slow recipients.".to_owned())]);
        let links = said(Facts { is_mesh_late: true, unlinked: 2, ..well() });
        assert_eq!(links[0].1, "bad");
        assert_eq!(links[1].2, "2 of 4 other proxies are not linked.");
    }
}

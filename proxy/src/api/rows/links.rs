//! The rows of links, and of proxies that are not linked.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use nws_core::{CandidateProgress, GroupsState, LinkStage};
use nws_protocol::ProxyId;
use serde::Serialize;
use utoipa::ToSchema;

use super::List;
use crate::api::Api;
use crate::api::access::View;
use crate::api::collector::Collection;
use crate::backbone;
use crate::discovery::Place;
use crate::mesh::{CandidateAnswer, Fault, FaultKind, Found, LinkAnswer, Wanted};

/// A link to another proxy.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct LinkRow {
    /// Stands for the other proxy: a digest, another one after each start.
    pub(in crate::api) id: String,
    /// The id of the other proxy. Shown with the token only.
    proxy: Option<String>,
    /// `ready`, `started` or `spare`.
    state: &'static str,
    /// How the other proxy was found: `discovered`, `peer`, `backbone`, `tailscale`,
    /// `dns` or `dialled-us`.
    kind: &'static str,
    /// The name that `--peer` gives, or the name of the site, of the machine or of the record.
    /// Shown with the token only.
    peer: Option<String>,
    /// Its address and port. Shown with the token only.
    address: Option<String>,
    /// `ipv4`, `ipv6`, or `backbone` for a link over a broker.
    family: &'static str,
    /// This side has dialled.
    is_dialled: bool,
    /// A channel was matched on it.
    has_matched: bool,
    /// Since when it has been in its state, in milliseconds of Unix time.
    since: u64,
    /// When the other side was last heard, in milliseconds of Unix time.
    heard_at: u64,
    /// The last round trip in milliseconds, once there was one.
    round_trip_ms: Option<f64>,
    /// The round trips of about the last minute in milliseconds, the newest last.
    round_trips_ms: Vec<f64>,
    /// Frames that came over it.
    received_frames: u64,
    /// Bytes of these frames.
    received_bytes: u64,
    /// Frames that were sent over it.
    sent_frames: u64,
    /// Bytes of these frames.
    sent_bytes: u64,
    /// Channels that both sides have.
    channels: usize,
    /// Peers of the other proxy that are present here.
    peers: usize,
    /// Bytes that wait to be sent.
    waiting_bytes: usize,
    /// Channels on it in which the other side gets no credit, as a recipient here is too slow.
    held_channels: usize,
    /// When it last took anything, in milliseconds of Unix time, if it did not take everything.
    lagging_since: Option<u64>,
}

/// A proxy, or an address of `--peer`, that is not linked.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct CandidateRow {
    /// Stands for it.
    pub(in crate::api) id: String,
    /// The id of the proxy, if it is known. Shown with the token only.
    proxy: Option<String>,
    /// `discovered`, `peer`, `backbone`, `tailscale` or `dns`.
    kind: &'static str,
    /// The name that `--peer` gives, or the name of the site, of the machine or of the record.
    /// Shown with the token only.
    peer: Option<String>,
    /// Its addresses. Shown with the token only.
    addresses: Vec<String>,
    /// Why it is not linked: `new`, `dialling`, `no-address`, `unresolved`, `unreachable`,
    /// `refused`, `silent`, `closed`, `not-a-proxy`, `own`, `stranger`, `other-version`,
    /// `too-many`, `ended` or `budget`.
    pub(in crate::api) reason: &'static str,
    /// Something is wrong. What is no fault passes by itself, or is nobody's mistake.
    is_fault: bool,
    /// The reason in words, if there are any. Shown with the token only.
    detail: Option<String>,
    /// When the reason was found, in milliseconds of Unix time.
    failed_at: Option<u64>,
    /// It is being dialled at this moment.
    is_dialling: bool,
    /// When it is dialled next, in milliseconds of Unix time.
    next_dial_at: Option<u64>,
    /// Dials in a row that led to nothing that lasts.
    failed_dials: u32,
    /// It was linked before.
    was_linked: bool,
}

/// The links that work.
pub(in crate::api) fn ready(collection: &Collection) -> impl Iterator<Item = &LinkAnswer> {
    let links = collection.mesh.iter().flat_map(|mesh| &mesh.links);
    links.filter(|link| link.state.stage == LinkStage::Ready)
}

/// The rows of links.
pub(in crate::api) fn link_rows(api: &Api, collection: &Collection, view: View) -> List<LinkRow> {
    let links = collection.mesh.iter().flat_map(|mesh| &mesh.links);
    let rows: Vec<_> = links.map(|link| link_row(api, collection, link, view)).collect();
    List { total: rows.len(), rows }
}

pub(super) fn link_row(api: &Api, collection: &Collection, link: &LinkAnswer, view: View) -> LinkRow {
    let LinkAnswer { state, address, found, received, sent, round_trips } = link;
    let (shows, time) = (view == View::Names, collection.time);
    let is_ready = state.stage == LinkStage::Ready;
    let groups = if is_ready { groups_of(collection, &state.proxy) } else { GroupsState::default() };
    let peer = match found {
        Found::Named(peer) => Some(peer.to_string()),
        Found::Mdns | Found::Dialled => None,
    };
    LinkRow {
        id: api.digest(&state.proxy),
        proxy: shows.then(|| state.proxy.to_string()),
        state: match state.stage {
            LinkStage::Ready => "ready",
            LinkStage::Started => "started",
            LinkStage::Spare => "spare",
        },
        kind: kind_of(link),
        peer: peer.filter(|_| shows),
        address: shows.then(|| address.to_string()),
        family: family_of(link),
        is_dialled: state.is_dialled,
        has_matched: state.has_matched,
        since: time.before(state.age),
        heard_at: time.before(state.silence),
        round_trip_ms: round_trips.last().map(|&trip| milliseconds(trip)),
        round_trips_ms: round_trips.iter().map(|&trip| milliseconds(trip)).collect(),
        received_frames: received.0,
        received_bytes: received.1,
        sent_frames: sent.0,
        sent_bytes: sent.1,
        channels: groups.channels,
        peers: groups.members,
        waiting_bytes: groups.waiting,
        held_channels: groups.held,
        lagging_since: groups.lag.map(|lag| time.before(lag)),
    }
}

/// What another proxy has in all channels of all shards.
pub(in crate::api) fn groups_of(collection: &Collection, proxy: &ProxyId) -> GroupsState {
    let groups = collection.shards.iter().flatten().filter_map(|shard| shard.groups.get(proxy));
    groups.fold(GroupsState::default(), |sum, group| GroupsState {
        channels: sum.channels + group.channels,
        members: sum.members + group.members,
        waiting: sum.waiting + group.waiting,
        held: sum.held + group.held,
        lag: sum.lag.max(group.lag),
    })
}

/// The rows of proxies that are not linked.
pub(in crate::api) fn candidate_rows(api: &Api, collection: &Collection, view: View) -> List<CandidateRow> {
    let Some(mesh) = &collection.mesh else { return List { total: 0, rows: Vec::new() } };
    let unresolved = mesh.unresolved.iter().map(|it| unresolved_row(api, collection, it, view));
    let candidates = mesh.candidates.iter().map(|it| candidate_row(api, collection, it, view));
    let rows: Vec<_> = unresolved.chain(candidates).collect();
    List { total: rows.len(), rows }
}

pub(super) fn candidate_row(
    api: &Api,
    collection: &Collection,
    it: &CandidateAnswer,
    view: View,
) -> CandidateRow {
    let CandidateAnswer { state, addresses, place, fault } = it;
    let (shows, time) = (view == View::Names, collection.time);
    CandidateRow {
        id: id_of(api, it),
        proxy: state.proxy.as_ref().filter(|_| shows).map(ProxyId::to_string),
        kind: kind_of_candidate(it),
        peer: place.as_ref().filter(|_| shows).map(Place::to_string),
        addresses: addresses.iter().filter(|_| shows).map(ToString::to_string).collect(),
        reason: reason(it),
        is_fault: is_fault(reason(it), kind_of_candidate(it)),
        detail: fault.as_ref().filter(|_| shows).map(|fault| fault.text.clone()),
        failed_at: fault.as_ref().map(|fault| time.at(fault.at)),
        is_dialling: state.progress == CandidateProgress::Dialling,
        next_dial_at: match state.progress {
            CandidateProgress::Waiting(wait) => Some(time.after(wait)),
            CandidateProgress::Dialling | CandidateProgress::NoAddress => None,
        },
        failed_dials: state.failed,
        was_linked: state.was_linked,
    }
}

pub(super) fn unresolved_row(
    api: &Api,
    collection: &Collection,
    (place, fault): &(Place, Fault),
    view: View,
) -> CandidateRow {
    let shows = view == View::Names;
    CandidateRow {
        id: id_of_place(api, place),
        proxy: None,
        kind: place.kind(),
        peer: shows.then(|| place.to_string()),
        addresses: Vec::new(),
        reason: name_of(fault.kind),
        is_fault: is_fault(name_of(fault.kind), place.kind()),
        detail: shows.then(|| fault.text.clone()),
        failed_at: Some(collection.time.at(fault.at)),
        is_dialling: false,
        next_dial_at: None,
        failed_dials: 0,
        was_linked: false,
    }
}

/// What is to be dialled when the candidate of this id is.
pub(in crate::api) fn wanted_by_id(api: &Api, collection: &Collection, id: &str) -> Option<Wanted> {
    let mesh = collection.mesh.as_ref()?;
    let mut unresolved = mesh.unresolved.iter().filter(|(place, _)| id_of_place(api, place) == id);
    if let Some((Place::Peer(peer), _)) = unresolved.next() {
        return Some(Wanted::Name(peer.clone()));
    }
    let candidate = mesh.candidates.iter().find(|it| id_of(api, it) == id)?;
    Some(Wanted::Target(candidate.state.target.clone()))
}

/// The candidate of this id is linked by now.
pub(in crate::api) fn is_linked(api: &Api, collection: &Collection, id: &str) -> bool {
    ready(collection).any(|link| match &link.found {
        Found::Named(place) => id_of_place(api, place) == id,
        Found::Mdns | Found::Dialled => api.digest(&link.state.proxy) == id,
    })
}

fn id_of(api: &Api, it: &CandidateAnswer) -> String {
    match (&it.place, &it.state.proxy) {
        (Some(place), _) => id_of_place(api, place),
        (None, proxy) => api.digest(proxy),
    }
}

pub(super) fn id_of_place(api: &Api, place: &Place) -> String {
    match place {
        Place::Peer(peer) => api.digest(peer),
        Place::Site(site) => api.digest(site),
        Place::Tailnet(name) => api.digest(&("tailscale", name)),
        Place::Domain(name) => api.digest(&("dns", name)),
    }
}

/// Why it is not linked, as far as that is known.
pub(in crate::api) fn reason(it: &CandidateAnswer) -> &'static str {
    match (&it.fault, it.state.progress) {
        (Some(fault), _) => name_of(fault.kind),
        (None, CandidateProgress::Dialling) => "dialling",
        (None, CandidateProgress::NoAddress) => "no-address",
        (None, CandidateProgress::Waiting(Duration::ZERO)) => "budget",
        (None, CandidateProgress::Waiting(_)) => "new",
    }
}

fn name_of(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::Unreachable => "unreachable",
        FaultKind::Refused => "refused",
        FaultKind::Silent => "silent",
        FaultKind::Closed => "closed",
        FaultKind::NotAProxy => "not-a-proxy",
        FaultKind::Own => "own",
        FaultKind::Stranger => "stranger",
        FaultKind::OtherVersion => "other-version",
        FaultKind::TooMany => "too-many",
        FaultKind::Ended => "ended",
        FaultKind::Unresolved => "unresolved",
    }
}

/// Gives whether a reason is something wrong for a candidate of this kind.
fn is_fault(reason: &str, kind: &str) -> bool {
    match reason {
        "new" | "dialling" | "budget" | "ended" => false,
        // What others announce of our own address is nobody's mistake.
        "own" => !["discovered", "tailscale", "dns"].contains(&kind),
        // Most machines of a tailnet run no proxy, or none that is for the tailnet.
        "refused" | "silent" | "unreachable" | "not-a-proxy" | "closed" => kind != "tailscale",
        _ => true,
    }
}

/// How many candidates are not linked although they should be.
pub(in crate::api) fn faulty(collection: &Collection) -> usize {
    let Some(mesh) = &collection.mesh else { return 0 };
    let faulty = mesh.candidates.iter().filter(|it| is_fault(reason(it), kind_of_candidate(it)));
    let unresolved = mesh.unresolved.iter();
    let unresolved = unresolved.filter(|(place, fault)| is_fault(name_of(fault.kind), place.kind()));
    faulty.count() + unresolved.count()
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// How many links of each kind and family of addresses work.
pub(in crate::api) fn link_kinds(collection: &Collection) -> BTreeMap<(&'static str, &'static str), usize> {
    let mut kinds = BTreeMap::new();
    for link in ready(collection) {
        *kinds.entry((kind_of(link), family_of(link))).or_default() += 1;
    }
    kinds
}

/// How many candidates there are for each reason.
pub(in crate::api) fn candidate_reasons(collection: &Collection) -> BTreeMap<&'static str, usize> {
    let mut reasons = BTreeMap::new();
    if let Some(mesh) = &collection.mesh {
        mesh.candidates.iter().for_each(|it| *reasons.entry(reason(it)).or_default() += 1);
        if !mesh.unresolved.is_empty() {
            *reasons.entry(name_of(FaultKind::Unresolved)).or_default() += mesh.unresolved.len();
        }
    }
    reasons
}

fn kind_of(link: &LinkAnswer) -> &'static str {
    match &link.found {
        Found::Mdns => "discovered",
        Found::Named(place) => place.kind(),
        Found::Dialled => "dialled-us",
    }
}

fn kind_of_candidate(it: &CandidateAnswer) -> &'static str {
    it.place.as_ref().map_or("discovered", Place::kind)
}

fn family_of(link: &LinkAnswer) -> &'static str {
    if backbone::is_site(link.address.ip()) {
        return "backbone";
    }
    match link.address.ip().to_canonical() {
        IpAddr::V4(_) => "ipv4",
        IpAddr::V6(_) => "ipv6",
    }
}

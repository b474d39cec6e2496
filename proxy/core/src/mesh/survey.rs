//! Tells which links there are, and which proxies are known and not linked, to those who watch.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use nws_protocol::ProxyId;

use super::{LinkId, Mesh, Target};

pub use super::dialing::{CandidateProgress, CandidateState};
pub use super::pairs::LinkStage;

/// What there is at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MeshSurvey {
    /// All connections to other proxies. Their number is limited.
    pub links: Vec<LinkState>,
    /// All proxies and configured addresses that are not linked. Their number is limited.
    pub candidates: Vec<CandidateState>,
    /// The places that lead to a proxy that is linked, whichever way it was found, and that proxy.
    pub linked_places: Vec<(usize, ProxyId)>,
}

/// A connection to another proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkState {
    /// Its name.
    pub link: LinkId,
    /// The proxy at the other end.
    pub proxy: ProxyId,
    /// The address of the other side.
    pub source: IpAddr,
    /// How far it has come.
    pub stage: LinkStage,
    /// This side has dialled.
    pub is_dialled: bool,
    /// A channel was matched on it.
    pub has_matched: bool,
    /// The time since HELLO was exchanged or, before that, since it was made.
    pub age: Duration,
    /// The time since the other side last said anything.
    pub silence: Duration,
}

impl Mesh {
    /// What there is at `now`.
    pub fn survey(&mut self, now: Instant) -> MeshSurvey {
        let now = self.attention.at(now, || self.due);
        let since = |time| now.saturating_duration_since(time);
        let links = self.pairs.all().filter_map(|(link, it)| {
            Some(LinkState {
                link,
                proxy: self.dialing.proxy(it.remote)?.clone(),
                source: it.source,
                stage: it.stage,
                is_dialled: it.dialled,
                has_matched: it.matched,
                age: since(it.since),
                silence: since(it.heard),
            })
        });
        MeshSurvey {
            links: links.collect(),
            candidates: self.dialing.candidates(now),
            linked_places: self.dialing.linked_places().collect(),
        }
    }

    /// A user wants `target` to be dialled now, whatever its backoff says.
    pub(super) fn on_wanted(&mut self, target: &Target, now: Instant) {
        self.dialing.on_wanted(target, now);
    }
}

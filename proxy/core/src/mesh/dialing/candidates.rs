//! Tells what may be dialled and is not linked, and what becomes of it.

use std::time::{Duration, Instant};

use nws_protocol::ProxyId;

use super::Dialing;
use super::remote::{Remote, Standing};
use crate::{Route, Target};

/// A proxy, or a configured address, that is not linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateState {
    /// What is dialled.
    pub target: Target,
    /// The proxy, if it is known.
    pub proxy: Option<ProxyId>,
    /// What becomes of it.
    pub progress: CandidateProgress,
    /// Dials and links in a row that led to nothing that lasts.
    pub failed: u32,
    /// Nothing came from there lately.
    pub is_silent: bool,
    /// It was linked before.
    pub was_linked: bool,
}

/// What becomes of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CandidateProgress {
    /// It is being dialled.
    Dialling,
    /// It is dialled after this time, or later if there are too many dials.
    Waiting(Duration),
    /// None of its addresses is known.
    NoAddress,
}

impl Dialing {
    /// All that may be dialled and is not linked.
    pub(in crate::mesh) fn candidates(&self, now: Instant) -> Vec<CandidateState> {
        let remotes = self.targets.candidates().map(|remote| of_remote(remote, now));
        let configured = self.targets.configured_candidates().map(|(peer, it)| CandidateState {
            target: Target::Peer(peer),
            proxy: it.proxy.clone(),
            progress: match it.dial {
                Some(_) => CandidateProgress::Dialling,
                None => CandidateProgress::Waiting(it.backoff.next.saturating_duration_since(now)),
            },
            failed: it.backoff.failed,
            is_silent: it.is_silent,
            was_linked: it.proxy.is_some(),
        });
        configured.chain(remotes).collect()
    }

    /// A user wants `target` to be dialled now.
    pub(in crate::mesh) fn on_wanted(&mut self, target: &Target, now: Instant) {
        match target {
            Target::Proxy { proxy, .. } => {
                if let Some(id) = self.targets.find(proxy) {
                    self.targets.dial_at_once(id, Route::Direct, now);
                }
            }
            Target::Peer(peer) => self.targets.dial_configured_at_once(*peer, now),
        }
    }
}

fn of_remote(remote: &Remote, now: Instant) -> CandidateState {
    let progress = match remote.dial {
        Some(_) => CandidateProgress::Dialling,
        None if remote.has_addresses() => {
            CandidateProgress::Waiting(remote.backoff.next.saturating_duration_since(now))
        }
        None => CandidateProgress::NoAddress,
    };
    CandidateState {
        target: Target::Proxy { proxy: remote.proxy.clone(), addresses: remote.addresses() },
        proxy: Some(remote.proxy.clone()),
        progress,
        failed: remote.backoff.failed,
        is_silent: remote.is_silent,
        was_linked: remote.standing != Standing::Announced,
    }
}

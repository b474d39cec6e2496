//! Remembers why dials and links came to nothing, for those who ask.

use std::collections::HashMap;
use std::fmt;
use std::time::Instant;

use nws_protocol::ProxyId;

/// Announced proxies whose last fault is remembered: as many as there can be candidates, and some more.
const FAULTS_MAX: usize = 512;

/// The kind of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The network leads to none of its addresses.
    Unreachable,
    /// Its machine answers that no program listens there.
    Refused,
    /// Nothing has come from there in time.
    Silent,
    /// The program that listens there has closed the connection: as a proxy does that takes none
    /// from another network, or has too many.
    Closed,
    /// The program that listens there is no proxy.
    NotAProxy,
    /// It is this proxy.
    Own,
    /// Another proxy is there.
    Stranger,
    /// Its version is another one.
    OtherVersion,
    /// This side or the other one has too many links.
    TooMany,
    /// There was a link, and it has ended.
    Ended,
    /// The name that the user gives has no address.
    Unresolved,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unreachable => "the network leads to none of its addresses",
            Self::Refused => "no program listens there",
            Self::Silent => "no answer in time: the packets are dropped on the way, or the machine is off",
            Self::Closed => "the program that listens there closes the connection",
            Self::NotAProxy => "another program listens there, which is no proxy",
            Self::Own => "it is this proxy itself",
            Self::Stranger => "another proxy is there",
            Self::OtherVersion => "it is of another version",
            Self::TooMany => "there are too many links",
            Self::Ended => "the link has ended",
            Self::Unresolved => "the name has no address",
        })
    }
}

/// What has failed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Blamed {
    /// This proxy, wherever it is.
    Proxy(ProxyId),
    /// What was dialled at a place, by its index.
    Named(usize),
    /// The name of a place, by its index.
    Name(usize),
}

/// The last fault of a target.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    /// The fault in words.
    pub(crate) text: String,
    pub(crate) at: Instant,
}

/// The last fault of each target.
#[derive(Debug, Default)]
pub(super) struct Faults(HashMap<Blamed, Fault>);

impl Faults {
    /// Notes the last fault of a target. Gives whether it differs from the one before.
    pub(super) fn note(&mut self, blamed: Blamed, kind: FaultKind, text: &str) -> bool {
        let is_new = matches!(blamed, Blamed::Proxy(_)) && !self.0.contains_key(&blamed);
        if is_new && self.proxies().count() >= FAULTS_MAX {
            self.forget_oldest();
        }
        let fault = Fault { kind, text: text.to_owned(), at: Instant::now() };
        let before = self.0.insert(blamed, fault);
        before.is_none_or(|before| before.kind != kind || before.text != text)
    }

    /// The number of places is limited where they come from.
    fn proxies(&self) -> impl Iterator<Item = (&Blamed, &Fault)> {
        self.0.iter().filter(|(blamed, _)| matches!(blamed, Blamed::Proxy(_)))
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) =
            self.proxies().min_by_key(|(_, fault)| fault.at).map(|(blamed, _)| blamed.clone())
        {
            self.0.remove(&oldest);
        }
    }

    pub(super) fn of(&self, blamed: &Blamed) -> Option<&Fault> {
        self.0.get(blamed)
    }

    /// The target works.
    pub(super) fn forget(&mut self, blamed: &Blamed) {
        self.0.remove(blamed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(number: usize) -> Blamed {
        let mut digest = [0; 32];
        digest[..8].copy_from_slice(&number.to_be_bytes());
        Blamed::Proxy(ProxyId::from_digest(&digest))
    }

    #[test]
    fn only_so_many_are_remembered_of_others_and_those_that_the_user_names() {
        let mut faults = Faults::default();
        faults.note(Blamed::Named(0), FaultKind::Refused, "");
        for number in 0..2 * FAULTS_MAX {
            faults.note(proxy(number), FaultKind::Refused, "");
        }
        assert_eq!(faults.0.len(), FAULTS_MAX + 1);
        for index in 1..2 * FAULTS_MAX {
            faults.note(Blamed::Named(index), FaultKind::Refused, "");
        }
        assert_eq!(faults.proxies().count(), FAULTS_MAX, "places do not displace them");
        assert!(faults.of(&proxy(0)).is_none() && faults.of(&Blamed::Named(0)).is_some());
        assert!(faults.of(&proxy(2 * FAULTS_MAX - 1)).is_some());
    }

    #[test]
    fn a_fault_is_news_when_it_begins_and_when_it_changes() {
        let (mut faults, peer) = (Faults::default(), Blamed::Named(0));
        let mut note = |kind, text| faults.note(peer.clone(), kind, text);
        assert!(note(FaultKind::Refused, "a") && !note(FaultKind::Refused, "a"));
        assert!(note(FaultKind::Refused, "b") && note(FaultKind::Silent, "b"));
        assert!(faults.note(Blamed::Name(0), FaultKind::Unresolved, "a"), "it is another matter");
        assert!(!faults.note(peer.clone(), FaultKind::Silent, "b"));
        faults.forget(&peer);
        assert!(faults.of(&Blamed::Name(0)).is_some() && faults.of(&peer).is_none());
        assert!(faults.note(peer, FaultKind::Refused, "a"));
    }
}

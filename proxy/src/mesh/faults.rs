//! Remembers why dials and links came to nothing, for those who ask.

use std::collections::HashMap;
use std::time::Instant;

use nws_protocol::ProxyId;

/// Targets whose last fault is remembered: as many as there can be candidates, and some more.
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
    /// The name of a `--peer` has no address.
    Unresolved,
}

/// What has failed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Blamed {
    /// This proxy, wherever it is.
    Proxy(ProxyId),
    /// What `--peer` names, by its index.
    Named(usize),
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
    pub(super) fn note(&mut self, blamed: Blamed, kind: FaultKind, text: String) {
        if self.0.len() >= FAULTS_MAX && !self.0.contains_key(&blamed) {
            let oldest = self.0.iter().min_by_key(|(_, fault)| fault.at).map(|(blamed, _)| blamed.clone());
            oldest.map(|oldest| self.0.remove(&oldest));
        }
        self.0.insert(blamed, Fault { kind, text, at: Instant::now() });
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

    #[test]
    fn only_so_many_are_remembered() {
        let mut faults = Faults::default();
        for number in 0..2 * FAULTS_MAX {
            faults.note(Blamed::Named(number), FaultKind::Refused, String::new());
        }
        assert_eq!(faults.0.len(), FAULTS_MAX);
        assert!(faults.of(&Blamed::Named(0)).is_none());
        assert!(faults.of(&Blamed::Named(2 * FAULTS_MAX - 1)).is_some());
    }
}

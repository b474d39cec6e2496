//! Counts the faults of a run by kind. A run without any is good.

use std::collections::BTreeMap;

use nws_report::load::Fault;

/// The kinds of faults, each with its text.
const KINDS: [(Fault, &str); 13] = [
    (Fault::Lost, "deliveries did not come"),
    (Fault::Duplicated, "deliveries came more than once"),
    (Fault::Reordered, "deliveries came after later ones of the same sender"),
    (Fault::Damaged, "deliveries were not what was sent"),
    (Fault::WrongSource, "deliveries named another source than their sender"),
    (Fault::WrongChannel, "deliveries came to another channel than that of their sender"),
    (Fault::WrongRecipient, "deliveries came to a peer that they were not for"),
    (Fault::Roster, "times a peer was told wrongly which peers are present"),
    (Fault::Unready, "connections were not ready in time"),
    (Fault::Unconnected, "connections could not be made"),
    (Fault::Closed, "connections were closed by the server"),
    (Fault::Broken, "connections broke the protocol"),
    (Fault::Unread, "messages could not be sent, as the server does not read"),
];

#[derive(Default)]
pub(crate) struct Faults {
    counts: [u64; KINDS.len()],
    /// The details of the first one.
    first: Option<String>,
}

impl Faults {
    /// Counts one fault. `detail` is called only for the first.
    pub(crate) fn add(&mut self, fault: Fault, detail: impl FnOnce() -> String) {
        self.add_many(fault, 1, detail);
    }

    pub(crate) fn add_many(&mut self, fault: Fault, count: u64, detail: impl FnOnce() -> String) {
        if count > 0 {
            self.counts[fault as usize] += count;
            self.first.get_or_insert_with(detail);
        }
    }

    pub(crate) fn any(&self) -> bool {
        self.counts.iter().any(|count| *count > 0)
    }

    /// The count of every kind.
    pub(crate) fn counts(&self) -> BTreeMap<Fault, u64> {
        KINDS.iter().map(|(fault, _)| (*fault, self.count(*fault))).collect()
    }

    /// A sentence for each kind that occurred, and the details of the first fault.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let found = KINDS.iter().filter(|(fault, _)| self.count(*fault) > 0);
        let mut sentences: Vec<String> =
            found.map(|(fault, words)| format!("{} {words}", self.count(*fault))).collect();
        sentences.extend(self.first.iter().map(|first| format!("the first: {first}")));
        sentences
    }

    fn count(&self, fault: Fault) -> u64 {
        self.counts[fault as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_in_the_order_of_the_enum() {
        for (at, (fault, _)) in KINDS.iter().enumerate() {
            assert_eq!(*fault as usize, at);
        }
    }

    #[test]
    fn the_first_is_told_in_detail() {
        let mut faults = Faults::default();
        assert!(!faults.any() && faults.sentences().is_empty());
        faults.add_many(Fault::Lost, 2, || "one".to_owned());
        faults.add(Fault::Roster, || "two".to_owned());
        assert!(faults.any());
        assert_eq!(
            faults.sentences(),
            [
                "2 deliveries did not come",
                "1 times a peer was told wrongly which peers are present",
                "the first: one"
            ]
        );
        assert_eq!(faults.counts()[&Fault::Lost], 2);
    }
}

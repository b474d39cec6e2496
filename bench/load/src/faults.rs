//! What went wrong in a run, counted by kind; without any, the run is good.

use serde_json::{Map, Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Lost,
    Duplicated,
    Reordered,
    Damaged,
    WrongSource,
    WrongChannel,
    WrongRecipient,
    Roster,
    Unready,
    Unconnected,
    Closed,
    Broken,
    Unread,
}

/// Each with its key in the report and its words.
const KINDS: [(Fault, &str, &str); 13] = [
    (Fault::Lost, "lost", "deliveries did not come"),
    (Fault::Duplicated, "duplicated", "deliveries came more than once"),
    (Fault::Reordered, "reordered", "deliveries came after later ones of the same sender"),
    (Fault::Damaged, "damaged", "deliveries were not what was sent"),
    (Fault::WrongSource, "wrong_source", "deliveries named another source than their sender"),
    (Fault::WrongChannel, "wrong_channel", "deliveries came to another channel than that of their sender"),
    (Fault::WrongRecipient, "wrong_recipient", "deliveries came to a peer that they were not for"),
    (Fault::Roster, "roster", "times a peer was told wrongly who is there"),
    (Fault::Unready, "unready", "connections were not ready in time"),
    (Fault::Unconnected, "unconnected", "connections could not be made"),
    (Fault::Closed, "closed", "connections were closed by the server"),
    (Fault::Broken, "broken", "connections broke the protocol"),
    (Fault::Unread, "unread", "messages could not be sent, as the server does not read"),
];

#[derive(Default)]
pub(crate) struct Faults {
    counts: [u64; KINDS.len()],
    /// The first one told in detail.
    first: Option<String>,
}

impl Faults {
    /// Counts one; `detail` is asked for the first only.
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

    /// Every kind with its count.
    pub(crate) fn json(&self) -> Value {
        let counts = KINDS.iter().map(|(fault, key, _)| ((*key).to_owned(), json!(self.count(*fault))));
        Value::Object(counts.collect::<Map<_, _>>())
    }

    /// A sentence for each kind that there is, and the first in detail.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let found = KINDS.iter().filter(|(fault, ..)| self.count(*fault) > 0);
        let mut sentences: Vec<String> =
            found.map(|(fault, _, words)| format!("{} {words}", self.count(*fault))).collect();
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
        for (at, (fault, ..)) in KINDS.iter().enumerate() {
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
            ["2 deliveries did not come", "1 times a peer was told wrongly who is there", "the first: one"]
        );
        assert_eq!(faults.json()["lost"], 2);
    }
}

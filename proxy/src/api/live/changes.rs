//! Makes a frame of what has changed since a reader was last told of it.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::api::collector::PERIOD;
use crate::api::rows::{EventId, EventSource, Kind, ShownRow};

/// Bytes that a reader is sent in a second, whatever happens.
const BYTES_PER_SECOND: usize = 50_000;

/// Bytes of the rows of one frame. There are as many frames in a second as collections.
const FRAME: usize = BYTES_PER_SECOND * PERIOD.as_millis() as usize / 1000 - HEAD;

/// Bytes of a frame besides its rows: names, brackets and commas.
const HEAD: usize = 500;

/// What a reader was sent.
#[derive(Debug, Default)]
pub(in crate::api) struct Changes {
    sent: BTreeMap<Kind, HashMap<String, Sent>>,
    /// The number of the first event of each source that was not sent.
    next_events: HashMap<EventSource, u64>,
    /// The number of the frame that is made.
    tick: u64,
    was_complete: bool,
}

/// The last version of a row that was sent.
#[derive(Clone, Copy, Debug)]
struct Sent {
    hash: u64,
    /// When it was sent.
    tick: u64,
    /// When it was last there.
    seen: u64,
}

/// A frame.
#[derive(Debug, Serialize)]
struct Frame<'a> {
    /// Rows that are new or have changed.
    rows: BTreeMap<&'static str, Vec<&'a RawValue>>,
    /// The ids of rows that are not there any more.
    gone: BTreeMap<&'static str, Vec<String>>,
    /// The reader knows all that there is.
    complete: bool,
}

impl Changes {
    /// The next frame, if the reader does not know all of `rows` yet. After that of the proxy, the
    /// rows come first that were never sent, and then those that have waited longest.
    pub(in crate::api) fn frame<'a>(&mut self, rows: impl Iterator<Item = &'a ShownRow>) -> Option<String> {
        self.tick += 1;
        let mut changed = self.changed(rows);
        let sent_at = |sent: &Option<Sent>| sent.map_or(0, |sent| sent.tick);
        changed.sort_by_key(|(sent, row)| (row.kind != Kind::Proxy, sent_at(sent), row.kind));
        let mut room = FRAME;
        let gone = self.take_gone(&mut room);
        let mut taken: BTreeMap<&str, Vec<&RawValue>> = BTreeMap::new();
        let (mut complete, mut has_events) = (true, true);
        for (_, row) in changed {
            let size = row.text.get().len() + 1;
            // No event comes before an earlier one.
            let Some(rest) = room.checked_sub(size).filter(|_| has_events || row.event.is_none()) else {
                complete = false;
                has_events &= row.event.is_none();
                continue;
            };
            room = rest;
            taken.entry(row.kind.name()).or_default().push(&row.text);
            self.note(row);
        }
        let is_news = complete != self.was_complete || !taken.is_empty() || !gone.is_empty();
        self.was_complete = complete;
        is_news.then(|| serde_json::to_string(&Frame { rows: taken, gone, complete }).ok()).flatten()
    }

    /// How many rows the reader was told of.
    #[cfg(all(test, feature = "measure"))]
    pub(crate) fn known(&self) -> usize {
        self.sent.values().map(HashMap::len).sum()
    }

    fn note(&mut self, row: &ShownRow) {
        if let Some(EventId { source, number }) = row.event {
            self.next_events.insert(source, number + 1);
            return;
        }
        let sent = Sent { hash: row.hash, tick: self.tick, seen: self.tick };
        self.sent.entry(row.kind).or_default().insert(row.id.clone(), sent);
    }

    /// The rows that the reader does not know as they are, with what it was sent before.
    fn changed<'a>(&mut self, rows: impl Iterator<Item = &'a ShownRow>) -> Vec<(Option<Sent>, &'a ShownRow)> {
        let mut changed = Vec::new();
        for row in rows {
            if let Some(EventId { source, number }) = row.event {
                // An event stays what it is.
                if self.next_events.get(&source).is_none_or(|next| number >= *next) {
                    changed.push((None, row));
                }
                continue;
            }
            let sent = self.sent.get_mut(&row.kind).and_then(|sent| sent.get_mut(&row.id));
            let before = sent.as_deref().copied();
            if let Some(sent) = sent {
                sent.seen = self.tick;
            }
            if before.is_none_or(|sent| sent.hash != row.hash) {
                changed.push((before, row));
            }
        }
        changed
    }

    /// The rows that were sent and are not there any more, as many as there is room for.
    fn take_gone(&mut self, room: &mut usize) -> BTreeMap<&'static str, Vec<String>> {
        let mut gone: BTreeMap<_, Vec<String>> = BTreeMap::new();
        let tick = self.tick;
        for (kind, sent) in &mut self.sent {
            sent.retain(|id, sent| {
                if sent.seen == tick {
                    return true;
                }
                let Some(rest) = room.checked_sub(id.len() + 3) else { return true };
                *room = rest;
                gone.entry(kind.name()).or_default().push(id.clone());
                false
            });
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn row(kind: Kind, id: usize, version: u64, size: usize) -> ShownRow {
        let text = format!(r#"{{"id":"{id}","version":{version},"pad":"{}"}}"#, "x".repeat(size));
        let event = EventId { source: EventSource::Log, number: id as u64 };
        let event = (kind == Kind::Events).then_some(event);
        ShownRow {
            kind,
            id: id.to_string(),
            text: RawValue::from_string(text).unwrap(),
            hash: version,
            event,
        }
    }

    fn frame(changes: &mut Changes, rows: &[ShownRow]) -> Option<Value> {
        changes.frame(rows.iter()).map(|frame| {
            assert!(frame.len() <= FRAME + HEAD, "{}", frame.len());
            serde_json::from_str(&frame).unwrap()
        })
    }

    #[test]
    fn only_what_has_changed_is_sent() {
        let mut changes = Changes::default();
        let first = [row(Kind::Links, 1, 1, 0), row(Kind::Channels, 1, 1, 0), row(Kind::Events, 1, 1, 0)];
        let sent = frame(&mut changes, &first).unwrap();
        assert_eq!(sent["complete"], true);
        assert_eq!(sent["rows"].as_object().unwrap().len(), 3);
        assert_eq!(frame(&mut changes, &first), None);
        let next = [row(Kind::Links, 1, 2, 0), row(Kind::Events, 1, 2, 0)];
        let sent = frame(&mut changes, &next).unwrap();
        assert_eq!(sent["rows"].as_object().unwrap().keys().collect::<Vec<_>>(), ["links"]);
        assert_eq!(sent["rows"]["links"][0]["version"], 2);
        assert_eq!(sent["gone"], serde_json::json!({"channels": ["1"]}));
    }

    #[test]
    fn a_kind_that_changes_all_the_time_keeps_no_other_kind_away() {
        let mut changes = Changes::default();
        let rows = |version| {
            let links = (0..200).map(move |id| row(Kind::Links, id, version, 600));
            let channels = (0..200).map(move |id| row(Kind::Channels, id, version, 100));
            links.chain(channels).chain([row(Kind::Proxy, 0, version, 0)]).collect::<Vec<_>>()
        };
        let mut seen = std::collections::BTreeSet::new();
        for version in 1..=30 {
            let sent = frame(&mut changes, &rows(version)).unwrap();
            assert_eq!(sent["rows"]["proxy"][0]["version"], version);
            let sent = sent["rows"]["channels"].as_array().cloned().unwrap_or_default();
            seen.extend(sent.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        }
        assert_eq!(seen.len(), 200);
    }

    #[test]
    fn however_much_changes_a_frame_is_bounded_and_each_row_has_its_turn() {
        let mut changes = Changes::default();
        let rows = |version| (0..1_000).map(|id| row(Kind::Channels, id, version, 100)).collect::<Vec<_>>();
        let mut seen = std::collections::BTreeSet::new();
        for version in 1..=15 {
            let sent = frame(&mut changes, &rows(version)).unwrap();
            let sent = sent["rows"]["channels"].as_array().unwrap();
            seen.extend(sent.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        }
        assert_eq!(seen.len(), 1_000);
        let mut last = Value::Null;
        while let Some(sent) = frame(&mut changes, &rows(15)) {
            last = sent;
        }
        assert_eq!(last["complete"], true);
        assert!(changes.sent[&Kind::Channels].values().all(|sent| sent.hash == 15));
        while frame(&mut changes, &[]).is_some() {}
        assert!(changes.sent[&Kind::Channels].is_empty());
    }

    #[test]
    fn no_kind_of_rows_keeps_another_one_waiting() {
        let mut changes = Changes::default();
        let rows = |version| {
            let links = (0..200).map(move |id| row(Kind::Links, id, version, 500));
            links.chain((0..1_000).map(|id| row(Kind::Channels, id, 1, 100))).collect::<Vec<_>>()
        };
        let mut seen = std::collections::BTreeSet::new();
        for version in 1..=25 {
            let sent = frame(&mut changes, &rows(version)).unwrap();
            let sent = sent["rows"]["channels"].as_array().cloned().unwrap_or_default();
            seen.extend(sent.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        }
        assert_eq!(seen.len(), 1_000);
    }

    #[test]
    fn events_come_in_their_order_and_once_however_many_there_are() {
        let mut changes = Changes::default();
        let rows: Vec<_> =
            (0..500).map(|id| row(Kind::Events, id, 1, if id % 7 == 0 { 900 } else { 9 })).collect();
        let mut seen = Vec::new();
        while let Some(sent) = frame(&mut changes, &rows) {
            let sent = sent["rows"]["events"].as_array().cloned().unwrap_or_default();
            seen.extend(sent.iter().map(|row| row["id"].as_str().unwrap().parse::<usize>().unwrap()));
        }
        assert_eq!(seen, (0..500).collect::<Vec<_>>());
    }
}

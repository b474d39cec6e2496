//! Makes a frame of what has changed since a reader was last told of it.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde_json::value::RawValue;

use crate::api::collector::PERIOD;
use crate::api::rows::{Kind, ShownRow};

/// Bytes that a reader is sent in a second, whatever happens.
const BYTES_PER_SECOND: usize = 50_000;

/// Bytes of the rows of one frame. There are as many frames in a second as collections.
const FRAME: usize = BYTES_PER_SECOND * PERIOD.as_millis() as usize / 1000 - HEAD;

/// Bytes of a frame besides its rows: names, brackets and commas.
const HEAD: usize = 500;

/// What a reader was sent.
#[derive(Debug, Default)]
pub(super) struct Changes {
    sent: HashMap<(Kind, String), Sent>,
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
    /// The next frame, if the reader does not know all of `rows` yet. The rows come first that have
    /// waited longest, after that of the proxy: so no kind of rows keeps others away.
    pub(super) fn frame<'a>(&mut self, rows: impl Iterator<Item = &'a ShownRow>) -> Option<String> {
        self.tick += 1;
        let mut changed = self.changed(rows);
        changed
            .sort_by_key(|(sent, row)| (row.kind != Kind::Proxy, sent.map_or(0, |sent| sent.tick), row.kind));
        let mut room = FRAME;
        let gone = self.take_gone(&mut room);
        let mut taken: BTreeMap<&str, Vec<&RawValue>> = BTreeMap::new();
        let mut complete = true;
        for (_, row) in changed {
            let size = row.text.get().len() + 1;
            let Some(rest) = room.checked_sub(size) else {
                complete = false;
                continue;
            };
            room = rest;
            taken.entry(row.kind.name()).or_default().push(&row.text);
            let sent = Sent { hash: row.hash, tick: self.tick, seen: self.tick };
            self.sent.insert((row.kind, row.id.clone()), sent);
        }
        let is_news = complete != self.was_complete || !taken.is_empty() || !gone.is_empty();
        self.was_complete = complete;
        is_news.then(|| serde_json::to_string(&Frame { rows: taken, gone, complete }).ok()).flatten()
    }

    /// The rows that the reader does not know as they are, with what it was sent before.
    fn changed<'a>(&mut self, rows: impl Iterator<Item = &'a ShownRow>) -> Vec<(Option<Sent>, &'a ShownRow)> {
        let mut changed = Vec::new();
        for row in rows {
            let sent = self.sent.get_mut(&(row.kind, row.id.clone()));
            let before = sent.as_deref().copied();
            if let Some(sent) = sent {
                sent.seen = self.tick;
            }
            // An event stays what it is.
            let is_known = before.is_some_and(|sent| sent.hash == row.hash || row.kind == Kind::Events);
            if !is_known {
                changed.push((before, row));
            }
        }
        changed
    }

    /// The rows that were sent and are not there any more, as many as there is room for. Events are
    /// forgotten in silence.
    fn take_gone(&mut self, room: &mut usize) -> BTreeMap<&'static str, Vec<String>> {
        let mut gone: BTreeMap<_, Vec<String>> = BTreeMap::new();
        let tick = self.tick;
        self.sent.retain(|(kind, id), sent| {
            if sent.seen == tick {
                return true;
            }
            if *kind == Kind::Events {
                return false;
            }
            let Some(rest) = room.checked_sub(id.len() + 3) else { return true };
            *room = rest;
            gone.entry(kind.name()).or_default().push(id.clone());
            false
        });
        gone
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn row(kind: Kind, id: usize, version: u64, size: usize) -> ShownRow {
        let text = format!(r#"{{"id":"{id}","version":{version},"pad":"{}"}}"#, "x".repeat(size));
        ShownRow { kind, id: id.to_string(), text: RawValue::from_string(text).unwrap(), hash: version }
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
        assert!(changes.sent.values().all(|sent| sent.hash == 15));
        while frame(&mut changes, &[]).is_some() {}
        assert!(changes.sent.is_empty());
    }
}

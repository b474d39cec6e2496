//! Keeps the last warnings of the log, and its lines about refusals, for those who ask.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use crate::refusals;

/// Lines that are kept.
const NOTICES_MAX: usize = 128;

/// Bytes of a line that are kept.
const TEXT_MAX: usize = 1024;

/// The prefix of the names of our own crates.
const OWN: &str = "nws";

/// A part of the log, which is kept whatever the level of the log is.
#[derive(Clone, Debug, Default)]
pub struct Notices(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    notices: VecDeque<Notice>,
    number: u64,
}

/// A line of the log.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    /// Its number. Each has the next one.
    pub(crate) number: u64,
    pub(crate) at: Instant,
    pub(crate) kind: NoticeKind,
    /// It in words.
    pub(crate) text: String,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoticeKind {
    /// Something is wrong.
    Warning,
    /// Counts of what was refused.
    Refusals,
}

impl Notices {
    /// Those that are kept, the oldest first.
    pub(crate) fn all(&self) -> Vec<Notice> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).notices.iter().cloned().collect()
    }

    fn keep(&self, kind: NoticeKind, text: String) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.notices.len() == NOTICES_MAX {
            kept.notices.pop_front();
        }
        let number = kept.number;
        kept.notices.push_back(Notice { number, at: Instant::now(), kind, text });
        kept.number += 1;
    }

    /// Gives whether a line is one that is kept.
    #[must_use]
    pub fn keeps(line: &Metadata<'_>) -> bool {
        kind(line).is_some()
    }
}

fn kind(line: &Metadata<'_>) -> Option<NoticeKind> {
    let (target, level) = (line.target(), *line.level());
    match () {
        () if !target.starts_with(OWN) => None,
        () if level <= Level::WARN => Some(NoticeKind::Warning),
        () if level == Level::INFO && target == refusals::TARGET => Some(NoticeKind::Refusals),
        () => None,
    }
}

impl<S: Subscriber> Layer<S> for Notices {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if let Some(kind) = kind(event.metadata()) {
            let mut words = Words::default();
            event.record(&mut words);
            self.keep(kind, words.text());
        }
    }
}

/// The message of a line, and its fields.
#[derive(Debug, Default)]
struct Words {
    message: String,
    fields: String,
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // A `String` takes all that is written.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name if self.fields.is_empty() => write!(self.fields, "{name}={value:?}"),
            name => write!(self.fields, ", {name}={value:?}"),
        };
    }
}

impl Words {
    fn text(self) -> String {
        let Self { message, fields } = self;
        let mut text = if fields.is_empty() { message } else { format!("{message} ({fields})") };
        text.truncate(text.floor_char_boundary(TEXT_MAX));
        text
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;

    fn kept_of(log: impl FnOnce()) -> Vec<(NoticeKind, String)> {
        let notices = Notices::default();
        let subscriber = tracing_subscriber::registry().with(notices.clone());
        tracing::subscriber::with_default(subscriber, log);
        notices.all().into_iter().map(|notice| (notice.kind, notice.text)).collect()
    }

    #[test]
    fn our_own_warnings_are_kept_with_their_fields() {
        let kept = kept_of(|| {
            tracing::warn!(peer = %"nas:9010", count = 2, "cannot reach {}", "it");
            tracing::error!("worse");
            tracing::info!("linked");
            tracing::warn!(target: "mdns_sd", "a library warns");
            tracing::info!(target: refusals::TARGET, host = Some(1), origin = None::<u64>, "refused");
        });
        let told: Vec<_> = kept.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
        assert_eq!(
            told,
            [
                (NoticeKind::Warning, "cannot reach it (peer=nas:9010, count=2)"),
                (NoticeKind::Warning, "worse"),
                (NoticeKind::Refusals, "refused (host=1)"),
            ]
        );
    }

    #[test]
    fn only_so_much_is_kept() {
        let kept = kept_of(|| {
            for number in 0..=NOTICES_MAX {
                tracing::warn!("{number} {}", "é".repeat(TEXT_MAX));
            }
        });
        assert_eq!(kept.len(), NOTICES_MAX);
        assert!(kept[0].1.starts_with("1 ") && kept.iter().all(|(_, text)| text.len() <= TEXT_MAX));
    }
}

//! Remembers which troubles were logged, so that each is logged once.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Subjects that are logged at one time. Others could fill the log by making up more.
const SUBJECTS_MAX: usize = 32;

/// How long a subject counts as logged. After that it is logged again, so it is in the log of a
/// later day too.
const TOLD_TIME: Duration = Duration::from_secs(60 * 60);

/// One thing that may be wrong. It is logged when it begins and when it changes.
#[derive(Debug, Default)]
pub(crate) struct Trouble(Option<String>);

/// The same trouble with many subjects, of which others can make up more. Each is logged once an
/// hour, and the number of all is limited.
#[derive(Debug)]
pub(crate) struct Troubles<T>(Mutex<BTreeMap<T, Instant>>);

/// Counts what others can cause without end, so that only so much of it is logged in an hour.
#[derive(Debug)]
pub(crate) struct Hourly {
    since: Cell<Instant>,
    count: Cell<u32>,
}

impl Hourly {
    /// Nothing is counted yet.
    pub(crate) fn new() -> Self {
        Self { since: Cell::new(Instant::now()), count: Cell::new(0) }
    }

    /// Counts one more. Gives how many there are in this hour.
    pub(crate) fn count(&self) -> u32 {
        if self.since.get().elapsed() >= TOLD_TIME {
            self.since.set(Instant::now());
            self.count.set(0);
        }
        self.count.update(|count| count.saturating_add(1));
        self.count.get()
    }
}

impl Trouble {
    /// Gives whether `reason` differs from the one that was logged last.
    pub(crate) fn is_news(&mut self, reason: &str) -> bool {
        let is_news = self.0.as_deref() != Some(reason);
        if is_news {
            self.0 = Some(reason.to_owned());
        }
        is_news
    }

    /// Notes that all is well again. Gives whether there was a trouble.
    pub(crate) fn is_over(&mut self) -> bool {
        self.0.take().is_some()
    }
}

impl<T: Ord> Troubles<T> {
    /// No subject is logged yet.
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Gives whether `subject` is to be logged.
    pub(crate) fn is_news(&self, subject: T) -> bool {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.retain(|_, told| told.elapsed() < TOLD_TIME);
        let is_news = told.len() < SUBJECTS_MAX && !told.contains_key(&subject);
        if is_news {
            told.insert(subject, Instant::now());
        }
        is_news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_is_told_once_until_it_changes() {
        let mut trouble = Trouble::default();
        assert!(!trouble.is_over());
        let told: Vec<bool> = ["a", "a", "b", "a"].map(|reason| trouble.is_news(reason)).into();
        assert_eq!(told, [true, false, true, true]);
        assert!(trouble.is_over() && !trouble.is_over());
        assert!(trouble.is_news("a"));
    }

    #[tokio::test(start_paused = true)]
    async fn each_subject_is_told_of_once_an_hour_and_so_many_in_all() {
        let troubles = Troubles::new();
        let told = || (0..1000).flat_map(|it| [it, it]).filter(|it| troubles.is_news(*it)).count();
        assert_eq!(told(), SUBJECTS_MAX);
        assert_eq!(told(), 0);
        tokio::time::advance(TOLD_TIME).await;
        assert_eq!(told(), SUBJECTS_MAX);
    }
}

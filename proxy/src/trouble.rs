//! Remembers the troubles of which the log has told, so that it tells of each once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Subjects that are told of at one time. Others could fill the log by making up more.
const SUBJECTS_MAX: usize = 32;

/// How long a subject stays told: in the log of a later day it stands again.
const TOLD_TIME: Duration = Duration::from_secs(60 * 60);

/// One thing that may be wrong. The log tells of it when it begins and when it changes.
#[derive(Debug, Default)]
pub(crate) struct Trouble(Option<String>);

/// The same trouble with many subjects, of which others can make up more: the log tells of each
/// once an hour, and of so many in all.
#[derive(Debug)]
pub(crate) struct Troubles<T>(Mutex<BTreeMap<T, Instant>>);

impl Trouble {
    /// Whether `reason` is not the one that was told last.
    pub(crate) fn is_news(&mut self, reason: &str) -> bool {
        let is_news = self.0.as_deref() != Some(reason);
        if is_news {
            self.0 = Some(reason.to_owned());
        }
        is_news
    }

    /// All is well again. Whether it was not.
    pub(crate) fn is_over(&mut self) -> bool {
        self.0.take().is_some()
    }
}

impl<T: Ord> Troubles<T> {
    /// Nobody is told of yet.
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Whether `subject` is to be told of.
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

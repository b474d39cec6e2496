//! The files that were saved, so that nobody is asked for them again.

use std::collections::{HashSet, VecDeque};

/// Ids that are remembered. Of more the oldest are forgotten.
const MOST: usize = 10_000;

#[derive(Default)]
pub(super) struct Finished {
    files: HashSet<String>,
    order: VecDeque<String>,
}

impl Finished {
    pub(super) fn add(&mut self, file: &str) {
        if !self.files.insert(file.to_owned()) {
            return;
        }
        self.order.push_back(file.to_owned());
        if self.order.len() > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.files.remove(&oldest);
        }
    }

    pub(super) fn has(&self, file: &str) -> bool {
        self.files.contains(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered() {
        let mut finished = Finished::default();
        for number in 0..=MOST {
            finished.add(&number.to_string());
            finished.add(&number.to_string());
        }
        assert!(!finished.has("0"));
        assert!(finished.has("1") && finished.has(&MOST.to_string()));
    }
}

//! Remembers the newest of what others can bring forth without end.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// The values of the keys that were noted last: so many, and no more.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    max: usize,
    noted: u64,
    values: HashMap<K, (u64, V)>,
    order: BTreeMap<u64, K>,
}

impl<K: Clone + Eq + Hash, V> Recent<K, V> {
    /// Remembers up to `max` keys.
    pub(crate) fn new(max: usize) -> Self {
        Self { max, noted: 0, values: HashMap::new(), order: BTreeMap::new() }
    }

    /// The key is the newest from now on. The oldest one is forgotten if there are too many.
    pub(crate) fn note(&mut self, key: K, value: V) {
        self.noted += 1;
        self.order.insert(self.noted, key.clone());
        if let Some((before, _)) = self.values.insert(key, (self.noted, value)) {
            self.order.remove(&before);
        }
        if self.values.len() > self.max
            && let Some((_, oldest)) = self.order.pop_first()
        {
            self.values.remove(&oldest);
        }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key).map(|(_, value)| value)
    }

    pub(crate) fn clear(&mut self) {
        self.values.clear();
        self.order.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered_and_no_more() {
        let mut recent = Recent::new(3);
        for (key, value) in [("a", 1), ("b", 2), ("c", 3), ("a", 4), ("d", 5)] {
            recent.note(key, value);
        }
        assert_eq!(
            ["a", "b", "c", "d"].map(|key| recent.get(&key).copied()),
            [Some(4), None, Some(3), Some(5)]
        );
        for number in 0..1000 {
            recent.note("e", number);
        }
        assert_eq!((recent.values.len(), recent.order.len()), (3, 3));
        recent.clear();
        assert_eq!(recent.get(&"e"), None);
    }
}

//! A map as a sorted list. It takes a tenth of the code of a tree, which every page would load, and
//! has at most some thousand entries.

/// A map.
#[derive(Debug)]
pub(crate) struct Sorted<K, V>(Vec<(K, V)>);

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Copy + Ord, V> Sorted<K, V> {
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.index(key).ok().and_then(|index| self.0.get(index)).map(|(_, value)| value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.index(key).ok().and_then(|index| self.0.get_mut(index)).map(|(_, value)| value)
    }

    pub(crate) fn contains_key(&self, key: &K) -> bool {
        self.index(key).is_ok()
    }

    /// Sets the value for a key.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.index(&key) {
            Ok(index) => self.0[index].1 = value,
            Err(index) => self.0.insert(index, (key, value)),
        }
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.index(key).ok().map(|index| self.0.remove(index).1)
    }

    pub(crate) fn first(&self) -> Option<K> {
        self.0.first().map(|(key, _)| *key)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// The entries whose keys are between these two, or one of them.
    pub(crate) fn range(&self, first: K, last: K) -> &[(K, V)] {
        let start = self.0.partition_point(|(key, _)| *key < first);
        let rest = self.0.get(start..).unwrap_or_default();
        &rest[..rest.partition_point(|(key, _)| *key <= last)]
    }

    fn index(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by_key(key, |(key, _)| *key)
    }
}

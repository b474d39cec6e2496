//! What is written down of each link, and who goes.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::task::Waker;

use super::Overdrawn;

#[derive(Default)]
pub(super) struct Book {
    /// Of all links but those that have to go.
    pub(super) total: usize,
    pub(super) next: u64,
    pub(super) links: BTreeMap<u64, Link>,
    /// Those who wait to be heard, by their links.
    pub(super) waiting: BTreeMap<u64, Vec<Waker>>,
}

pub(super) struct Link {
    pub(super) source: IpAddr,
    pub(super) bytes: usize,
    pub(super) has_to_go: bool,
    pub(super) ring: Box<dyn Fn() + Send + Sync>,
}

impl Book {
    pub(super) fn change(
        &mut self,
        number: u64,
        before: usize,
        after: usize,
        max: usize,
    ) -> Result<(), Overdrawn> {
        let link = self.links.get_mut(&number).ok_or(Overdrawn)?;
        link.bytes = link.bytes - before + after;
        if !link.has_to_go {
            self.total = self.total - before + after;
        }
        while self.total > max
            && let Some(largest) = self.largest()
        {
            self.condemn(largest);
        }
        match self.links.get(&number).is_some_and(|link| link.has_to_go) {
            true => Err(Overdrawn),
            false => Ok(()),
        }
    }

    fn largest(&self) -> Option<u64> {
        let mut of_source: BTreeMap<IpAddr, usize> = BTreeMap::new();
        let staying = || self.links.iter().filter(|(_, link)| !link.has_to_go);
        staying().for_each(|(_, link)| *of_source.entry(link.source).or_default() += link.bytes);
        let most = staying().max_by_key(|(_, link)| (of_source[&link.source], link.source, link.bytes));
        most.map(|(&number, _)| number)
    }

    fn condemn(&mut self, number: u64) {
        if let Some(link) = self.links.get_mut(&number) {
            link.has_to_go = true;
            self.total -= link.bytes;
            (link.ring)();
        }
        self.waiting.remove(&number).into_iter().flatten().for_each(Waker::wake);
    }
}

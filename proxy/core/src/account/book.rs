//! Records what is kept because of each link, and decides which link is overdrawn.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::task::Waker;

use super::Overdrawn;

#[derive(Default)]
pub(super) struct Book {
    /// Bytes kept because of all links that are not overdrawn.
    pub(super) total: usize,
    pub(super) next: u64,
    pub(super) links: BTreeMap<u64, Link>,
    /// Wakers of links that wait to be read, by the numbers of the links.
    pub(super) waiting: BTreeMap<u64, Vec<Waker>>,
}

pub(super) struct Link {
    pub(super) source: IpAddr,
    pub(super) bytes: usize,
    pub(super) is_overdrawn: bool,
    pub(super) on_overdrawn: Box<dyn Fn() + Send + Sync>,
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
        if !link.is_overdrawn {
            self.total = self.total - before + after;
        }
        while self.total > max
            && let Some(largest) = self.largest()
        {
            self.overdraw(largest);
        }
        match self.links.get(&number).is_some_and(|link| link.is_overdrawn) {
            true => Err(Overdrawn),
            false => Ok(()),
        }
    }

    fn largest(&self) -> Option<u64> {
        let mut of_source: BTreeMap<IpAddr, usize> = BTreeMap::new();
        let staying = || self.links.iter().filter(|(_, link)| !link.is_overdrawn);
        staying().for_each(|(_, link)| *of_source.entry(link.source).or_default() += link.bytes);
        let most = staying().max_by_key(|(_, link)| (of_source[&link.source], link.source, link.bytes));
        most.map(|(&number, _)| number)
    }

    fn overdraw(&mut self, number: u64) {
        if let Some(link) = self.links.get_mut(&number) {
            link.is_overdrawn = true;
            self.total -= link.bytes;
            (link.on_overdrawn)();
        }
        self.waiting.remove(&number).into_iter().flatten().for_each(Waker::wake);
    }
}

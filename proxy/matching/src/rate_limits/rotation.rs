//! Gives links their turn: one source after the other, and within a source one link after the
//! other.

use std::collections::VecDeque;

use super::LinkKey;
use super::source::SourceKey;

/// The links that wait, those next in turn first. No longer than there are links.
#[derive(Debug, Default)]
pub(super) struct Rotation {
    sources: VecDeque<(SourceKey, VecDeque<LinkKey>)>,
}

impl Rotation {
    /// A link waits that did not.
    pub(super) fn add(&mut self, source: SourceKey, link: LinkKey) {
        match self.place(source) {
            Some(place) => self.sources[place].1.push_back(link),
            None => self.sources.push_back((source, VecDeque::from([link]))),
        }
    }

    /// A link does not wait any more, as if it never had.
    pub(super) fn remove(&mut self, source: SourceKey, link: LinkKey) {
        let Some(place) = self.place(source) else { return };
        self.sources[place].1.retain(|other| *other != link);
        if self.sources[place].1.is_empty() {
            self.sources.remove(place);
        }
    }

    /// A link has had its turn, and waits for the next.
    pub(super) fn turn(&mut self, source: SourceKey, link: LinkKey) {
        self.served(source, link);
        self.add(source, link);
    }

    /// A link has had its turn, and does not wait any more.
    pub(super) fn served(&mut self, source: SourceKey, link: LinkKey) {
        let Some(place) = self.place(source) else { return };
        let Some((source, mut links)) = self.sources.remove(place) else { return };
        links.retain(|other| *other != link);
        if !links.is_empty() {
            self.sources.push_back((source, links));
        }
    }

    /// The first link in turn whose share is not nothing. One that cannot be served now keeps its
    /// place.
    pub(super) fn find(&self, share: impl Fn(LinkKey) -> usize) -> Option<(LinkKey, usize)> {
        self.links().map(|&link| (link, share(link))).find(|(_, share)| *share > 0)
    }

    /// All links that wait.
    pub(super) fn links(&self) -> impl Iterator<Item = &LinkKey> {
        self.sources.iter().flat_map(|(_, links)| links)
    }

    fn place(&self, source: SourceKey) -> Option<usize> {
        self.sources.iter().position(|(other, _)| *other == source)
    }
}

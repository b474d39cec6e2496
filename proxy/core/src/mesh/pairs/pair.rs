//! The links to one proxy, of which one is to stay.

use std::time::Instant;

use crate::mesh::LinkId;

/// The links to one proxy. There is at least one.
pub(super) struct Pair {
    /// The only one that was started.
    pub(super) current: Option<LinkId>,
    /// Those that wait for its place, the oldest first; only beside a current one.
    pub(super) spares: Vec<LinkId>,
    /// When the first spare gets the place if nothing is heard.
    pub(super) until: Option<Instant>,
    /// A link that this side dialled displaces one that the other side dialled; otherwise the
    /// reverse.
    pub(super) prefers_dialled: bool,
}

impl Pair {
    pub(super) const fn new(prefers_dialled: bool) -> Self {
        Self { current: None, spares: Vec::new(), until: None, prefers_dialled }
    }

    /// All links of the pair.
    pub(super) fn links(&self) -> impl Iterator<Item = LinkId> {
        self.spares.iter().copied().chain(self.current)
    }
}

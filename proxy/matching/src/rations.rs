//! How many evaluations and handshakes the proxies around us are granted.

mod budget;
mod config;

pub use budget::Budget;
pub use config::RationsConfig;

use std::net::IpAddr;
use std::time::Instant;

/// Names one link in [`Rations`]; the shell chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkKey(pub u64);

/// The budgets of one proxy.
pub struct Rations {}

impl Rations {
    /// Everything is full.
    #[must_use]
    pub fn new(config: RationsConfig) -> Self {
        todo!("{config:?}")
    }

    /// Whether a TLS handshake with `source` may be done now. One that may not is refused: nobody waits.
    pub fn handshake(&mut self, source: IpAddr, on_link: bool, now: Instant) -> bool {
        todo!("{source} {on_link} {now:?}")
    }

    /// A link has come into being.
    pub fn open(&mut self, link: LinkKey, source: IpAddr, on_link: bool) {
        todo!("{link:?} {source} {on_link}")
    }

    /// The other side of `link` waits for `count` evaluations more.
    pub fn ask(&mut self, link: LinkKey, count: usize) {
        todo!("{link:?} {count}")
    }

    /// A channel of `link` has been matched.
    pub fn matched(&mut self, link: LinkKey) {
        todo!("{link:?}")
    }

    /// The link is no more.
    pub fn close(&mut self, link: LinkKey) {
        todo!("{link:?}")
    }

    /// The next grant, if there is one now.
    pub fn poll_grant(&mut self, now: Instant) -> Option<(LinkKey, usize)> {
        todo!("{now:?}")
    }

    /// When [`poll_grant`](Self::poll_grant) is to be asked again, if nothing else happens.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        todo!()
    }
}

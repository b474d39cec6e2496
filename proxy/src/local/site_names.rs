//! Limits the channel names that web sites may try, for requests that come at the same time.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use nws_core::{ChannelKey, SiteNames, SiteNamesConfig};

use super::origin::Client;

/// The limits of all sites. All requests share them; the lock is never held across a wait.
pub(crate) struct SharedSiteNames(Mutex<SiteNames>);

impl SharedSiteNames {
    pub(crate) fn new(config: SiteNamesConfig) -> Result<Self, getrandom::Error> {
        let mut random = [0; 32];
        getrandom::fill(&mut random)?;
        let (words, _) = random.as_chunks::<8>();
        let seed = std::array::from_fn(|i| u64::from_ne_bytes(words[i]));
        Ok(Self(Mutex::new(SiteNames::new(config, seed))))
    }

    /// Names that all sites together may still try.
    pub(crate) fn left(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).left(Instant::now())
    }

    /// Gives whether `client` may try the name of `channel`.
    pub(super) fn admit(&self, client: &Client, channel: &ChannelKey) -> bool {
        let Client::Page { site: Some(site), .. } = client else { return true };
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        names.admit(site, channel, Instant::now())
    }
}

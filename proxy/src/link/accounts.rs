//! What links make this proxy keep: those to sites have one account, all others have another.

use std::net::IpAddr;
use std::sync::Arc;

use nws_core::{Account, AccountLimits, Share};

use crate::backbone::is_site;

#[derive(Debug)]
pub(crate) struct Accounts {
    /// Of links on the network, where anybody may be.
    network: Arc<Account>,
    /// Of links to sites, which have proved that they belong to one organisation.
    sites: Arc<Account>,
}

impl Accounts {
    pub(crate) fn new() -> Self {
        let [network, sites] = [AccountLimits::default(), AccountLimits::sites()].map(Account::with);
        Self { network, sites }
    }

    /// Opens the share of a link to `source`.
    pub(super) fn share(&self, source: IpAddr, on_overdrawn: impl Fn() + Send + Sync + 'static) -> Share {
        let account = if is_site(source) { &self.sites } else { &self.network };
        account.share(source, on_overdrawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a link to this address keeps stands in the account of the network, and in that of sites.
    fn totals(source: &str) -> [usize; 2] {
        let accounts = Accounts::new();
        let mut kept = accounts.share(source.parse().unwrap(), || {}).kept();
        kept.set(1000).unwrap();
        [&accounts.network, &accounts.sites].map(|account| account.total())
    }

    #[test]
    fn links_to_sites_take_nothing_from_those_of_the_network() {
        assert_eq!(["100::", "100::ffff:ffff:ffff:ffff"].map(totals), [[0, 1000]; 2]);
        let others = ["10.0.0.1", "127.0.0.1", "::1", "fe80::1", "100:0:0:1::", "::ffff:10.0.0.1"];
        assert_eq!(others.map(totals), [[1000, 0]; 6]);
    }
}

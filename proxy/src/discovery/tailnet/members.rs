//! Which addresses are those of the tailnet of this machine.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use tokio::sync::{Notify, watch};

use super::local_api::Unanswered;
use super::status::Status;

/// The addresses of all tailnets: 100.64.0.0/10, in which providers of the internet have theirs too,
/// and fd7a:115c:a1e0::/48.
pub(crate) fn is_of_tailnets(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => u32::from(address) >> 22 == u32::from(Ipv4Addr::new(100, 64, 0, 0)) >> 22,
        IpAddr::V6(address) => {
            u128::from(address) >> 80
                == u128::from(Ipv6Addr::new(0xfd7a, 0x115c, 0xa1e0, 0, 0, 0, 0, 0)) >> 80
        }
    }
}

/// The addresses of a tailnet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Members {
    /// Those of this machine.
    own: BTreeSet<IpAddr>,
    /// Those of the others.
    others: BTreeSet<IpAddr>,
}

/// What is known of the tailnet of this machine.
#[derive(Clone, Debug)]
pub(crate) struct Tailnet {
    members: watch::Receiver<Arc<Members>>,
    questions: Arc<Notify>,
}

impl Tailnet {
    pub(super) fn new(members: watch::Receiver<Arc<Members>>, questions: Arc<Notify>) -> Self {
        Self { members, questions }
    }

    /// Gives whether another machine of the tailnet has this address.
    pub(crate) fn has(&self, address: IpAddr) -> bool {
        self.members.borrow().others.contains(&address.to_canonical())
    }

    /// Gives whether a connection between these addresses comes from the tailnet. It has to end at
    /// an address that this machine has there: others come by another network, whatever addresses
    /// that has.
    pub(crate) fn admits(&self, own: IpAddr, other: IpAddr) -> bool {
        self.members.borrow().own.contains(&own.to_canonical()) && self.has(other)
    }

    /// Has tailscaled asked soon: there may be a machine that it has not named yet.
    pub(crate) fn look_again(&self) {
        self.questions.notify_one();
    }
}

impl Members {
    pub(super) fn new(own: BTreeSet<IpAddr>, others: BTreeSet<IpAddr>) -> Self {
        Self { own, others }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.own.is_empty()
    }
}

/// The status, of whose own addresses those are left that an interface of this machine has.
pub(super) fn own_of(mut status: Status) -> Result<Status, Unanswered> {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    status.own.retain(|own| interfaces.iter().any(|interface| interface.ip() == *own));
    if status.own.is_empty() { Err(Unanswered::NoInterface) } else { Ok(status) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_addresses_of_tailnets_are_those() {
        let is_one = |address: &str| is_of_tailnets(address.parse().unwrap());
        let yes = ["100.64.0.0", "100.127.255.255", "fd7a:115c:a1e0::1", "fd7a:115c:a1e0:ffff::"];
        assert!(yes.into_iter().all(is_one));
        let no =
            ["100.63.255.255", "100.128.0.0", "127.0.0.1", "10.0.0.1", "::1", "fd7a:115c:a1e1::1", "ff02::1"];
        assert!(!no.into_iter().any(is_one));
    }

    #[test]
    fn a_connection_is_of_the_tailnet_if_both_of_its_ends_are() {
        let set = |address: &str| BTreeSet::from([address.parse().unwrap()]);
        let members = watch::Sender::new(Arc::new(Members::new(set("100.64.0.1"), set("100.64.0.2"))));
        let tailnet = Tailnet::new(members.subscribe(), Arc::default());
        let admits = |own: &str, other: &str| tailnet.admits(own.parse().unwrap(), other.parse().unwrap());
        assert!(admits("100.64.0.1", "100.64.0.2") && admits("::ffff:100.64.0.1", "::ffff:100.64.0.2"));
        assert!(!admits("10.0.0.1", "100.64.0.2"), "it came by another interface");
        assert!(!admits("100.64.0.1", "100.64.0.3"), "it is of no machine that tailscaled names");
        assert!(!admits("100.64.0.1", "10.0.0.2") && !admits("100.64.0.2", "100.64.0.1"));
    }
}

//! Reads the network interfaces of this machine, and selects those that are used.
//!
//! Addresses come and go with cables, radios and sleep. Each system reports that in another way,
//! but a list of all addresses takes less than a tenth of a millisecond on each of them. So the
//! list is simply read again every [`PERIOD`].

mod filter;
mod glob;
mod survey;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

pub use filter::InterfaceFilter;
pub use glob::{InterfaceGlob, InvalidGlob};
use survey::Account;
pub(crate) use survey::{Skipped, Survey};

/// All interfaces at one moment: those that are used, and those that are not.
#[derive(Debug, Default)]
pub(crate) struct InterfaceList(Survey);

/// How often interfaces are read: a user who has just plugged in a cable notices no delay.
pub(crate) const PERIOD: Duration = Duration::from_secs(2);

/// One address of an interface that is used. An interface with several addresses appears several
/// times.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Interface {
    /// Its name in the system, such as `eth0`.
    pub(crate) name: String,
    /// Its number, which is the scope of link-local addresses.
    pub(crate) index: u32,
    /// The address.
    pub(crate) address: IpAddr,
    /// The number of its first bits that are the same for all its neighbours.
    pub(crate) prefix: u8,
    /// It has at most one neighbour, so no multicast is needed to find it.
    pub(crate) is_point_to_point: bool,
}

/// The addresses of the interfaces that are used, at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Interfaces(Vec<Interface>);

impl Interfaces {
    /// All addresses.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Interface> {
        self.0.iter()
    }

    /// Gives whether no other machine can be reached by them.
    pub(crate) fn are_loopback(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|interface| interface.address.is_loopback())
    }

    /// The interfaces of this moment, and later ones when they change. Changes are logged. Reading
    /// ends with the last receiver.
    pub(crate) fn watch(filter: InterfaceFilter) -> io::Result<watch::Receiver<Arc<Self>>> {
        let (survey, mut account) = (Survey::make(&filter)?, Account::default());
        let (sender, receiver) = watch::channel(Arc::new(survey.used.clone()));
        account.tell(survey);
        tokio::spawn(async move {
            let mut ticks = interval(PERIOD);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    () = sender.closed() => return,
                    _ = ticks.tick() => refresh(&sender, &filter, &mut account),
                }
            }
        });
        Ok(receiver)
    }

    /// Gives whether a host at `address` is a neighbour: it is on a subnet of one of these
    /// interfaces. A link-local address of IPv6 means nothing without the interface, so its scope
    /// has to name one of them.
    pub(crate) fn is_on_link(&self, address: &SocketAddr) -> bool {
        let scope = match address {
            SocketAddr::V6(address) if address.ip().is_unicast_link_local() => Some(address.scope_id()),
            SocketAddr::V4(_) | SocketAddr::V6(_) => None,
        };
        let address = address.ip().to_canonical();
        self.0.iter().any(|interface| {
            interface.reaches(&address) && scope.is_none_or(|scope| scope == interface.index)
        })
    }
}

impl InterfaceList {
    /// Reads them. There are none where that fails.
    pub(crate) fn read(filter: &InterfaceFilter) -> Self {
        Self(Survey::make(filter).unwrap_or_default())
    }

    /// The name and the addresses of each, and the reason if it is not used.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Vec<String>, Option<String>)> {
        let Self(survey) = self;
        let used = survey.used.0.chunk_by(|one, other| one.name == other.name);
        let used = used.map(|addresses| {
            let all = addresses.iter().map(|it| format!("{}/{}", it.address, it.prefix));
            (addresses[0].name.as_str(), all.collect(), None)
        });
        used.chain(survey.skipped().map(|(name, reason)| (name, Vec::new(), Some(reason))))
    }
}

impl Interface {
    /// Gives whether `address` is on its subnet. Without a prefix it has no subnet.
    fn reaches(&self, address: &IpAddr) -> bool {
        match (self.address, *address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                self.agree(u32::from(own).into(), u32::from(other).into(), u32::BITS)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => self.agree(own.into(), other.into(), u128::BITS),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }

    fn agree(&self, own: u128, other: u128, bits: u32) -> bool {
        let prefix = u32::from(self.prefix);
        (1..=bits).contains(&prefix) && (own ^ other) >> (bits - prefix) == 0
    }
}

impl From<if_addrs::Interface> for Interface {
    fn from(interface: if_addrs::Interface) -> Self {
        let prefix = match &interface.addr {
            if_addrs::IfAddr::V4(address) => address.prefixlen,
            if_addrs::IfAddr::V6(address) => address.prefixlen,
        };
        let (address, is_point_to_point) = (interface.ip(), interface.is_p2p());
        let index = interface.index.unwrap_or_default();
        Self { index, name: interface.name, address, prefix, is_point_to_point }
    }
}

fn refresh(sender: &watch::Sender<Arc<Interfaces>>, filter: &InterfaceFilter, account: &mut Account) {
    let survey = match Survey::make(filter) {
        Ok(survey) => survey,
        Err(error) => return tracing::debug!(%error, "cannot read the network interfaces"),
    };
    sender.send_if_modified(|known| {
        let changed = **known != survey.used;
        if changed {
            *known = Arc::new(survey.used.clone());
        }
        changed
    });
    account.tell(survey);
}

//! The addresses of other proxies that the user has given: those of the configuration, and those
//! that are remembered since a user typed them once (`nws peers add`).

mod memory;

use std::sync::Arc;

use tokio::sync::{Mutex, watch};

use crate::discovery::PeerAddress;

pub use memory::AddressMemory;

/// Addresses that are remembered at one time. Each is looked up and dialled for as long as it is.
pub(crate) const REMEMBERED_MAX: usize = 256;

/// Bytes of an address that is remembered: a name of the longest that there is (253), and a port.
const ADDRESS_MAX: usize = 260;

/// All addresses of the user, for those who look them up, and for those who ask.
#[derive(Debug)]
pub(crate) struct Addresses {
    configured: Vec<PeerAddress>,
    /// Held while a file is written, so that one change follows the other.
    memory: Mutex<AddressMemory>,
    wanted: watch::Sender<Arc<[PeerAddress]>>,
}

/// Where an address comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) address: PeerAddress,
    /// `--peer` or its like names it.
    pub(crate) is_configured: bool,
    /// It is remembered.
    pub(crate) is_remembered: bool,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    /// It is as was asked for from now on.
    Now,
    /// It was so before.
    Before,
}

/// Why a change is not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unchanged {
    /// It is longer than an address can be.
    #[error("an address has {ADDRESS_MAX} bytes at most")]
    TooLong,
    /// There is no room for another one.
    #[error("{REMEMBERED_MAX} addresses are remembered, which is as many as can be: remove one")]
    Full,
    /// It is not remembered, but configured.
    #[error(
        "--peer, NWS_PEER or the configuration file names it: remove it there, and start the proxy again"
    )]
    Configured,
    /// The file cannot be written, or was not understood.
    #[error("{0}")]
    Memory(String),
}

impl Addresses {
    /// Those that are configured, and those of the memory.
    pub(crate) fn new(configured: Vec<PeerAddress>, memory: AddressMemory) -> Arc<Self> {
        let wanted = watch::Sender::new(all(&configured, memory.addresses()));
        Arc::new(Self { configured, memory: Mutex::new(memory), wanted })
    }

    /// All of them, and each change.
    pub(crate) fn wanted(&self) -> watch::Receiver<Arc<[PeerAddress]>> {
        self.wanted.subscribe()
    }

    /// All of them, and whether and why they are forgotten when the proxy ends, or cannot be changed.
    pub(crate) async fn list(&self) -> (Vec<Listed>, Option<String>) {
        let memory = self.memory.lock().await;
        let row = |address: &PeerAddress| Listed {
            address: address.clone(),
            is_configured: self.configured.contains(address),
            is_remembered: memory.addresses().contains(address),
        };
        (self.wanted.borrow().iter().map(row).collect(), memory.shortcoming())
    }

    /// Remembers an address, unless it is known.
    ///
    /// # Errors
    ///
    /// Fails where there is no room, or the file cannot be written. Then nothing has changed.
    pub(crate) async fn add(&self, address: PeerAddress) -> Result<Changed, Unchanged> {
        if address.to_string().len() > ADDRESS_MAX {
            return Err(Unchanged::TooLong);
        }
        let mut memory = self.memory.lock().await;
        if self.configured.contains(&address) || memory.addresses().contains(&address) {
            return Ok(Changed::Before);
        }
        if memory.addresses().len() >= REMEMBERED_MAX {
            return Err(Unchanged::Full);
        }
        let more = memory.addresses().iter().cloned().chain([address]).collect();
        self.change(&mut memory, more).await
    }

    /// Forgets an address, if it is remembered.
    ///
    /// # Errors
    ///
    /// Fails where the configuration has it, or the file cannot be written. Then nothing has changed.
    pub(crate) async fn remove(&self, address: &PeerAddress) -> Result<Changed, Unchanged> {
        let mut memory = self.memory.lock().await;
        if memory.addresses().contains(address) {
            let rest = memory.addresses().iter().filter(|it| *it != address).cloned().collect();
            return self.change(&mut memory, rest).await;
        }
        if self.configured.contains(address) { Err(Unchanged::Configured) } else { Ok(Changed::Before) }
    }

    async fn change(
        &self,
        memory: &mut AddressMemory,
        addresses: Vec<PeerAddress>,
    ) -> Result<Changed, Unchanged> {
        memory.replace(addresses).await.map_err(Unchanged::Memory)?;
        self.wanted.send_replace(all(&self.configured, memory.addresses()));
        Ok(Changed::Now)
    }
}

/// Each address once.
fn all(configured: &[PeerAddress], remembered: &[PeerAddress]) -> Arc<[PeerAddress]> {
    let mut all: Vec<PeerAddress> = Vec::with_capacity(configured.len() + remembered.len());
    for address in configured.iter().chain(remembered) {
        if !all.contains(address) {
            all.push(address.clone());
        }
    }
    all.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> PeerAddress {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn what_is_configured_is_not_remembered_and_not_removed() {
        let addresses = Addresses::new(vec![address("nas:1")], AddressMemory::default());
        assert_eq!(addresses.add(address("NAS:1")).await.unwrap(), Changed::Before);
        assert!(matches!(addresses.remove(&address("nas:1")).await, Err(Unchanged::Configured)));
        assert_eq!(addresses.add(address("nas:2")).await.unwrap(), Changed::Now);
        assert_eq!(addresses.add(address("nas:2")).await.unwrap(), Changed::Before);
        let (rows, _) = addresses.list().await;
        let rows: Vec<_> = rows.iter().map(|it| (it.is_configured, it.is_remembered)).collect();
        assert_eq!(rows, [(true, false), (false, true)]);
        assert_eq!(addresses.remove(&address("nas:2")).await.unwrap(), Changed::Now);
        assert_eq!(addresses.remove(&address("nas:2")).await.unwrap(), Changed::Before);
        assert_eq!(**addresses.wanted().borrow(), [address("nas:1")]);
    }

    #[tokio::test]
    async fn there_is_room_for_so_many_and_for_none_that_is_longer_than_a_name_can_be() {
        let addresses = Addresses::new(Vec::new(), AddressMemory::default());
        for port in 1..=REMEMBERED_MAX {
            addresses.add(address(&format!("nas:{port}"))).await.unwrap();
        }
        assert!(matches!(addresses.add(address("one:1")).await, Err(Unchanged::Full)));
        assert_eq!(addresses.add(address("nas:1")).await.unwrap(), Changed::Before);
        addresses.remove(&address("nas:7")).await.unwrap();
        let long = address(&format!("{}:1", "x".repeat(ADDRESS_MAX)));
        assert!(matches!(addresses.add(long).await, Err(Unchanged::TooLong)));
        addresses.add(address("one:1")).await.unwrap();
    }
}

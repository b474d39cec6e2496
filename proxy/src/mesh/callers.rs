//! Remembers from where there were connections to the port of links, for those who ask.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Instant;

/// Addresses that are remembered. Those that were heard last stay.
const CALLERS_MAX: usize = 256;

/// An address from which there were connections, whatever came of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller {
    pub(crate) address: IpAddr,
    /// How many there were.
    pub(crate) connections: u64,
    /// When the last one came.
    pub(crate) at: Instant,
}

/// All that have connected.
#[derive(Debug, Default)]
pub(super) struct Callers {
    known: HashMap<IpAddr, Caller>,
    forgotten: usize,
}

impl Callers {
    pub(super) fn note(&mut self, address: IpAddr) {
        if self.known.len() == CALLERS_MAX && !self.known.contains_key(&address) {
            self.forget_oldest();
        }
        let at = Instant::now();
        let caller = self.known.entry(address).or_insert(Caller { address, connections: 0, at });
        caller.connections += 1;
        caller.at = at;
    }

    fn forget_oldest(&mut self) {
        if let Some(oldest) = self.known.values().min_by_key(|it| it.at).map(|it| it.address) {
            self.known.remove(&oldest);
            self.forgotten += 1;
        }
    }

    /// Those that are remembered, and how many were ever forgotten.
    pub(super) fn all(&self) -> (Vec<Caller>, usize) {
        (self.known.values().copied().collect(), self.forgotten)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn each_is_counted_and_only_so_many_are_remembered() {
        let mut callers = Callers::default();
        let address = |number: usize| IpAddr::from(Ipv4Addr::from_bits(u32::try_from(number).unwrap()));
        (0..CALLERS_MAX).for_each(|number| callers.note(address(number)));
        callers.note(address(0));
        callers.note(address(CALLERS_MAX));
        let (all, forgotten) = callers.all();
        assert_eq!((all.len(), forgotten), (CALLERS_MAX, 1));
        let of = |number| all.iter().find(|it| it.address == address(number)).map(|it| it.connections);
        assert_eq!([of(0), of(1), of(CALLERS_MAX)], [Some(2), None, Some(1)]);
    }
}

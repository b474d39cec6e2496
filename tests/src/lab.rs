//! A local network of machines that are network namespaces, for tests of several proxies.
//!
//! Every [`Machine`] has a loopback of its own and an `eth0` with an IPv4 and a link-local IPv6 address. The other end of
//! its cable is a port of a bridge in one more namespace, the [`Lab`] itself, which leads nowhere else: nothing that a
//! test sends leaves it. A proxy gets there by [`Setup::on`](crate::Setup::on), and clients of it need not know.

mod capture;
mod ip;
mod leftovers;
mod machine;
mod multicast;
mod namespace;
mod sniffer;

use std::ops::Index;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Result, ensure};

pub use capture::{Capture, Conversation};
pub use machine::Machine;
pub use multicast::Multicast;
pub use namespace::Namespace;
pub use sniffer::Sniffer;

/// The device of the bridge's namespace into which all cables are plugged.
const BRIDGE: &str = "lan0";

/// A bridge and its machines, which all go when it is dropped.
pub struct Lab {
    machines: Vec<Machine>,
    bridge: Namespace,
}

impl Lab {
    /// Builds a network of `count` machines.
    pub fn new(count: u8) -> Result<Self> {
        ensure!(rustix::process::geteuid().is_root(), "{NEEDS_ROOT}");
        leftovers::sweep()?;
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = leftovers::name(COUNT.fetch_add(1, Ordering::Relaxed));
        let bridge = Namespace::create(format!("{name}-lan"))?;
        // What a bridge learns about groups it learns from a querier, and here is none.
        ip::run(bridge.name(), &format!("link add {BRIDGE} type bridge mcast_snooping 0 forward_delay 0"))?;
        ip::run(bridge.name(), &format!("link set {BRIDGE} up"))?;
        let machines = (1..=count).map(|number| Machine::create(&name, number, &bridge));
        Ok(Self { machines: machines.collect::<Result<_>>()?, bridge })
    }

    /// Captures everything that crosses the bridge from now on.
    pub fn sniff(&self) -> Result<Sniffer> {
        Sniffer::start(&self.bridge)
    }
}

impl Index<usize> for Lab {
    type Output = Machine;

    /// The machine of this number, from 0.
    fn index(&self, number: usize) -> &Machine {
        &self.machines[number]
    }
}

const NEEDS_ROOT: &str = "the lab makes network namespaces, and this needs root: run the tests as root, with sudo \
                          or in a container that has CAP_SYS_ADMIN and CAP_NET_ADMIN";

//! A machine of the lab: a namespace with a loopback and an `eth0`.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Instant;

use anyhow::{Result, ensure};

use super::{BRIDGE, Namespace, ip};
use crate::{DEADLINE, Proxy, Setup};

/// A machine, its cable, and what can happen to both.
pub struct Machine {
    namespace: Namespace,
    address: Ipv4Addr,
    bridge: Namespace,
    port: String,
}

impl Machine {
    pub(super) fn create(lab: &str, number: u8, bridge: &Namespace) -> Result<Self> {
        let namespace = Namespace::create(format!("{lab}-m{number}"))?;
        let address = Ipv4Addr::new(10, 77, 0, number);
        let machine = Self { namespace, address, bridge: bridge.clone(), port: format!("port{number}") };
        // A link-local address is looked for on the network for a second before it is used; there are no two of one here.
        machine.namespace.inside(|| Ok(fs::write("/proc/sys/net/ipv6/conf/default/accept_dad", "0")?))?;
        let (port, name) = (&machine.port, machine.namespace.name());
        // From this address Linux makes the one that `link_local` tells.
        let hardware = format!("02:00:00:77:00:{number:02x}");
        ip::run(
            bridge.name(),
            &format!("link add {port} type veth peer name eth0 address {hardware} netns {name}"),
        )?;
        ip::run(name, &format!("address add {address}/24 dev eth0"))?;
        machine.plug_in()?;
        ip::run(bridge.name(), &format!("link set {port} up"))?;
        machine.bring_up()?;
        machine.await_carrier()?;
        Ok(machine)
    }

    /// Linux notices in the background that a cable is plugged in. Before that, programs do not use it.
    fn await_carrier(&self) -> Result<()> {
        let (name, begin) = (self.namespace.name(), Instant::now());
        while !ip::read(&format!("-n {name} -oneline link show dev eth0"))?.contains("state UP") {
            ensure!(begin.elapsed() < DEADLINE, "eth0 of {name} does not come up");
        }
        Ok(())
    }

    /// Starts a proxy with every default.
    pub async fn start(&self) -> Result<Proxy> {
        Setup::on(self).start().await
    }

    /// Where it is, for what has to be done or started inside.
    #[must_use]
    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// The address of its `eth0`.
    #[must_use]
    pub fn address(&self) -> Ipv4Addr {
        self.address
    }

    /// The address of its `eth0` that needs no configuration.
    #[must_use]
    pub fn link_local(&self) -> Ipv6Addr {
        let number = self.address.octets()[3].into();
        Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0x00ff, 0xfe77, number)
    }

    /// Runs `ip` on it.
    pub fn run(&self, words: &str) -> Result<()> {
        ip::run(self.namespace.name(), words)
    }

    /// Takes all addresses of IPv4 from its `eth0`.
    pub fn lose_ipv4(&self) -> Result<()> {
        ip::run(self.namespace.name(), "-4 address flush dev eth0")
    }

    /// Takes all addresses of IPv6 from its `eth0`.
    pub fn lose_ipv6(&self) -> Result<()> {
        ip::run(self.namespace.name(), "-6 address flush dev eth0")
    }

    /// Takes its cable out of the bridge, so that nothing arrives any more and nobody is told: its `eth0` stays up.
    pub fn unplug(&self) -> Result<()> {
        ip::run(self.bridge.name(), &format!("link set {} nomaster", self.port))
    }

    /// Undoes [`Self::unplug`].
    pub fn plug_in(&self) -> Result<()> {
        ip::run(self.bridge.name(), &format!("link set {} master {BRIDGE}", self.port))
    }

    /// Takes `eth0` down.
    pub fn take_down(&self) -> Result<()> {
        ip::run(self.namespace.name(), "link set eth0 down")
    }

    /// Brings `eth0` up, with the addresses that it had.
    pub fn bring_up(&self) -> Result<()> {
        ip::run(self.namespace.name(), "link set eth0 up")
    }
}

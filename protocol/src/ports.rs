//! Names the TCP ports that a proxy uses unless it is told otherwise.

/// The port for clients, on loopback. A page has to know it, so it never depends on the machine.
pub const CLIENT_PORT: u16 = 9009;

/// The port for other proxies. A firewall has to let it in; where it is taken, a proxy announces
/// another one.
pub const LINK_PORT: u16 = 9010;

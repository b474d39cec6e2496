//! The configuration of a proxy.

use std::path::PathBuf;
use std::time::Duration;

use nws_backbone::BackboneConfig;
use nws_core::SiteNamesConfig;
use nws_protocol::{CLIENT_PORT, limits};

use crate::addresses::AddressMemory;
use crate::api::RuntimeFolder;
use crate::channel_glob::ChannelGlob;
use crate::discovery::{BrowseDomain, PeerAddress};
use crate::interfaces::InterfaceFilter;
use crate::local::{AllowedHost, AllowedOrigin};

/// Everything that can be configured. The default serves [`CLIENT_PORT`].
#[derive(Clone, Debug)]
pub struct Config {
    /// The port on both loopback addresses; 0 picks a free one.
    pub port: u16,
    /// Whether clients can connect over TCP at all.
    pub tcp: bool,
    /// An absolute path on which programs of this user, and of no other user, can connect too.
    pub unix: Option<PathBuf>,
    /// Origins that may connect; empty means any.
    pub allow_origins: Vec<AllowedOrigin>,
    /// Values of `Host` that are accepted besides those of loopback.
    pub allow_hosts: Vec<AllowedHost>,
    /// Threads that own channels. Without a number there is one for every two cores.
    pub shards: Option<usize>,
    /// The way to other proxies.
    pub links: Links,
    /// The folder for the file with the token of this start. It is made if need be.
    pub runtime_folder: Option<RuntimeFolder>,
    /// The folder for what is remembered for the next start. It is made if need be.
    pub state_folder: Option<PathBuf>,
    /// Limits. [`nws_protocol::limits`] gives the reasons for their defaults.
    pub limits: Limits,
}

/// The way to other proxies.
#[derive(Clone, Debug)]
pub struct Links {
    /// Whether this proxy is announced, and looks for others, by mDNS.
    pub discovery: bool,
    /// The port on which other proxies reach this one. Without a number it is
    /// [`LINK_PORT`](nws_protocol::LINK_PORT), or another port if that is taken.
    pub port: Option<u16>,
    /// The network interfaces that are used.
    pub interfaces: InterfaceFilter,
    /// Other proxies to which links are kept, on whichever network they are.
    pub peers: Vec<PeerAddress>,
    /// The same, as a running proxy was told of them: [`Config::recall`] reads them.
    pub memory: AddressMemory,
    /// Domains of DNS whose records name proxies.
    pub browse_domains: Vec<BrowseDomain>,
    /// The socket of the tailscaled whose machines may run proxies, if they are to be found.
    pub tailscale: Option<PathBuf>,
    /// Whether other proxies may connect from networks that this machine is not on.
    pub allow_remote: bool,
    /// The way to sites that share a broker with this proxy.
    pub backbone: Option<BackboneLinks>,
}

/// The way to sites that share a broker with this proxy.
#[derive(Clone, Debug)]
pub struct BackboneLinks {
    /// The broker, and who this proxy is there.
    pub config: BackboneConfig,
    /// The channels that are looked for there, by their names. Without a pattern, all are.
    pub channels: Option<ChannelGlob>,
}

/// Limits that can be configured.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The payload of one message, without what its frame adds, in bytes.
    pub message: usize,
    /// Bytes that may wait for a client that does not read, besides its largest message. At least
    /// as many as a message may have.
    pub queue: usize,
    /// Bytes of the head of a request, at least 8192.
    pub request_head: usize,
    /// Time for the head of a request to arrive.
    pub request_head_time: Duration,
    /// Interval of pings.
    pub ping_interval: Duration,
    /// Silence after which a client counts as gone.
    pub silence: Duration,
    /// Peers in one channel.
    pub channel_peers: usize,
    /// Channels at one time.
    pub channels: usize,
    /// Connections at one time. Without a number, the limit of file descriptors decides.
    pub connections: Option<usize>,
    /// Channel names that web sites may try.
    pub site_names: SiteNamesConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            port: CLIENT_PORT,
            tcp: true,
            unix: None,
            allow_origins: Vec::new(),
            allow_hosts: Vec::new(),
            shards: None,
            links: Links::default(),
            runtime_folder: None,
            state_folder: None,
            limits: Limits::default(),
        }
    }
}

impl Default for Links {
    fn default() -> Self {
        let interfaces = InterfaceFilter::default();
        Self {
            discovery: true,
            port: None,
            interfaces,
            peers: Vec::new(),
            memory: AddressMemory::default(),
            browse_domains: Vec::new(),
            tailscale: None,
            allow_remote: false,
            backbone: None,
        }
    }
}

impl Links {
    /// Gives whether other proxies can reach this one, or this one reaches others. Without mDNS
    /// that is so only if a port, or another way to them, is configured, or a peer is remembered.
    pub fn are_wanted(&self) -> bool {
        let has_peers = !self.peers.is_empty() || !self.memory.addresses().is_empty();
        let has_names = has_peers || !self.browse_domains.is_empty();
        let has_source = has_names || self.tailscale.is_some() || self.backbone.is_some();
        self.discovery || self.port.is_some() || has_source
    }
}

impl Config {
    /// Reads the addresses of peers that a proxy of this configuration remembers. To be called before
    /// [`Listeners::bind`](crate::Listeners::bind). What cannot be read is a warning.
    #[must_use]
    pub fn recall(mut self) -> Self {
        self.links.memory = AddressMemory::open(&self);
        self
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: limits::MESSAGE_MAX,
            queue: limits::RECIPIENT_QUEUE_MAX,
            request_head: limits::REQUEST_HEAD_MAX,
            request_head_time: limits::REQUEST_HEAD_TIME,
            ping_interval: limits::PING_INTERVAL,
            silence: limits::SILENCE_MAX,
            channel_peers: limits::CHANNEL_PEERS_MAX,
            channels: limits::CHANNELS_MAX,
            connections: None,
            site_names: SiteNamesConfig::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_sites_may_try_as_many_names_as_security_md_says() {
        let SiteNamesConfig { site_burst, opaque_burst, all_burst, interval } = Limits::default().site_names;
        assert_eq!((site_burst, opaque_burst, all_burst), (16, 4, 64));
        assert_eq!(interval, Duration::from_secs(2));
    }
}

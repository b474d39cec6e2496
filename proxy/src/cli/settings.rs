//! Reads the settings of a proxy from flags, variables and a file.

mod backbone;
mod tailscale;

use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use clap::builder::BoolishValueParser;
use nws_proxy::{Config, Links, RuntimeFolder, state_folder};
use serde::Deserialize;

use super::fault::Usage;
use super::layer::layer;
use super::limits::LimitSettings;
use super::log_format::LogFormat;
use super::source::Sources;

/// The numbers of shards that are allowed: up to far more than any machine has cores.
const SHARDS: RangeInclusive<usize> = 1..=1024;

/// Domains that are browsed: each is asked for again and again.
const BROWSE_DOMAINS_MAX: usize = 16;

/// Whether the servers of DNS of this system are known.
const KNOWS_DNS: bool = cfg!(unix);

/// Whether this system has sockets that belong to one user.
const HAS_UNIX_SOCKETS: bool = cfg!(unix);

/// Examples of names of network interfaces.
const INTERFACES: &str = match () {
    () if cfg!(windows) => "\"Ethernet 2\" or Wi-Fi*",
    () if cfg!(target_vendor = "apple") => "en0 or bridge*",
    () => "eth0 or wl*",
};

layer! {
    #[derive(Debug, Default, Args, Deserialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
    pub(super) struct Settings {
        /// Port on 127.0.0.1 and [::1]; 0 picks a free one
        #[arg(long, env = "NWS_PORT")]
        port: Option<u16>,
        /// Also serve programs of this user, and of no other, on a Unix socket at this path
        #[arg(long, value_name = "PATH", env = "NWS_UNIX", hide = !HAS_UNIX_SOCKETS)]
        unix: Option<PathBuf>,
        /// No port for clients, only the socket of --unix: no page can connect
        #[arg(long, value_name = "BOOL", env = "NWS_NO_TCP", value_parser = BoolishValueParser::new())]
        #[arg(num_args = 0..=1, require_equals = true)]
        #[arg(default_missing_value = "true", hide_possible_values = true, hide = !HAS_UNIX_SOCKETS)]
        no_tcp: Option<bool>,
        /// Port for other proxies
        #[arg(long, value_name = "PORT", env = "NWS_LINK_PORT")]
        link_port: Option<u16>,
        #[arg(help = format!("Use only network interfaces of this name, such as {INTERFACES} (repeatable)"))]
        #[arg(long, value_name = "GLOB", env = "NWS_INTERFACE", value_delimiter = ',')]
        interface: Option<Vec<String>>,
        /// Do not use network interfaces of this name (repeatable)
        #[arg(long, value_name = "GLOB", env = "NWS_NO_INTERFACE", value_delimiter = ',')]
        no_interface: Option<Vec<String>>,
        /// Keep connected to the proxy at this address, wherever it is (repeatable)
        #[arg(long, value_name = "HOST:PORT", env = "NWS_PEER", value_delimiter = ',')]
        peer: Option<Vec<String>>,
        /// Find the proxies of the machines in this one's tailnet, which tailscaled names
        #[arg(long, value_name = "BOOL", env = "NWS_TAILSCALE", value_parser = BoolishValueParser::new())]
        #[arg(num_args = 0..=1, require_equals = true)]
        #[arg(default_missing_value = "true", hide_possible_values = true, hide = !HAS_UNIX_SOCKETS)]
        tailscale: Option<bool>,
        /// The socket of tailscaled, if it is not at the usual path
        #[arg(long, value_name = "PATH", env = "NWS_TAILSCALE_SOCKET", hide = !HAS_UNIX_SOCKETS)]
        tailscale_socket: Option<PathBuf>,
        /// Find the proxies that the records _nws._tcp of this domain of DNS name, such as example.org
        /// (repeatable)
        #[arg(long, value_name = "DOMAIN", env = "NWS_BROWSE_DOMAIN", value_delimiter = ',', hide = !KNOWS_DNS)]
        browse_domain: Option<Vec<String>>,
        /// Let proxies of other networks than those of this machine connect
        #[arg(long, value_name = "BOOL", env = "NWS_ALLOW_REMOTE", value_parser = BoolishValueParser::new())]
        #[arg(num_args = 0..=1, require_equals = true)]
        #[arg(default_missing_value = "true", hide_possible_values = true)]
        allow_remote: Option<bool>,
        /// No mDNS; and no links to other proxies at all, unless --link-port, --peer or another way to
        /// them is given or an address is remembered
        #[arg(long, value_name = "BOOL", env = "NWS_NO_DISCOVERY", value_parser = BoolishValueParser::new())]
        #[arg(num_args = 0..=1, require_equals = true)]
        #[arg(default_missing_value = "true", hide_possible_values = true)]
        no_discovery: Option<bool>,
        /// Also reach the sites that use this NATS broker, such as nats://broker.example:4222
        /// (repeatable, for a cluster)
        #[arg(long, value_name = "URL", env = "NWS_BACKBONE", value_delimiter = ',')]
        #[arg(help_heading = "Backbone", hide_env_values = true)]
        backbone: Option<Vec<String>>,
        /// The file with the secret that all sites share: `nws backbone key` makes it
        #[arg(long, value_name = "FILE", env = "NWS_BACKBONE_KEY", help_heading = "Backbone")]
        backbone_key: Option<PathBuf>,
        /// A NATS credentials file, if the broker asks for it
        #[arg(long, value_name = "FILE", env = "NWS_BACKBONE_CREDS", help_heading = "Backbone")]
        backbone_creds: Option<PathBuf>,
        /// The name of this site, which no other one has [default: the name of this machine]
        #[arg(long, value_name = "NAME", env = "NWS_BACKBONE_SITE", help_heading = "Backbone")]
        backbone_site: Option<String>,
        /// Look on the backbone only for channels whose names are like this, such as team-*
        #[arg(long, value_name = "GLOB", env = "NWS_BACKBONE_CHANNELS", help_heading = "Backbone")]
        backbone_channels: Option<String>,
        /// Do without TLS to a broker on another machine: links are encrypted all the same
        #[arg(long, value_name = "BOOL", env = "NWS_BACKBONE_INSECURE", help_heading = "Backbone")]
        #[arg(value_parser = BoolishValueParser::new(), num_args = 0..=1, require_equals = true)]
        #[arg(default_missing_value = "true", hide_possible_values = true)]
        backbone_insecure: Option<bool>,
        /// Let only pages of this origin connect, such as https://example.com, http://localhost:*
        /// or file:// (repeatable)
        #[arg(long, value_name = "ORIGIN", env = "NWS_ALLOW_ORIGIN", value_delimiter = ',')]
        allow_origin: Option<Vec<String>>,
        /// Answer requests to this Host besides localhost, 127.0.0.1 and [::1] (repeatable)
        #[arg(long, value_name = "HOST[:PORT]", env = "NWS_ALLOW_HOST", value_delimiter = ',')]
        allow_host: Option<Vec<String>>,
        #[arg(long, value_name = "N", env = "NWS_SHARDS")]
        #[arg(help = shards_help())]
        shards: Option<usize>,
        /// Format of the logs on standard error
        #[arg(long, value_enum, env = "NWS_LOG_FORMAT")]
        pub(super) log_format: Option<LogFormat>,
        #[command(flatten)]
        limits: LimitSettings,
    }
}

fn shards_help() -> String {
    let (least, most) = (SHARDS.start(), SHARDS.end());
    format!("Threads that own channels, {least} to {most} [default: one for every two cores]")
}

impl Settings {
    /// The configuration, checked.
    pub(super) fn config(&self, sources: &Sources) -> Result<Config, Usage> {
        let mut config = Config::default();
        config.port = self.port.unwrap_or(config.port);
        config.tcp = !self.no_tcp.unwrap_or(false);
        config.unix =
            self.unix.as_deref().map(|path| socket_path(&sources.name("unix"), path)).transpose()?;
        if !config.tcp && config.unix.is_none() {
            let name = sources.name("no_tcp");
            let unix = if HAS_UNIX_SOCKETS { "--unix" } else { "--unix, which this system has not" };
            return Err(Usage(format!("{name} needs {unix}: no client could connect to this proxy")));
        }
        config.allow_origins = parsed(&sources.name("allow_origin"), self.allow_origin.as_deref())?;
        config.allow_hosts = parsed(&sources.name("allow_host"), self.allow_host.as_deref())?;
        if self.shards.is_some_and(|shards| !SHARDS.contains(&shards)) {
            return Err(Usage(format!(
                "{} must be {} to {}",
                sources.name("shards"),
                SHARDS.start(),
                SHARDS.end()
            )));
        }
        config.shards = self.shards;
        config.runtime_folder = RuntimeFolder::of_proxy();
        config.state_folder = state_folder();
        self.links(&mut config.links, sources)?;
        self.limits.apply(&mut config.limits, sources)?;
        Ok(config)
    }

    /// Fails where a setting depends on the folder in which the proxy starts.
    pub(super) fn check_paths(&self, sources: &Sources) -> Result<(), Usage> {
        let mut paths = [("unix", &self.unix), ("tailscale_socket", &self.tailscale_socket)].into_iter();
        let faulty =
            paths.find_map(|(field, path)| Some((field, path.as_deref()?)).filter(|it| !it.1.is_absolute()));
        faulty.map_or(Ok(()), |(field, path)| Err(relative(&sources.name(field), path)))
    }

    fn links(&self, links: &mut Links, sources: &Sources) -> Result<(), Usage> {
        links.port = self.link_port;
        links.discovery = !self.no_discovery.unwrap_or(false);
        links.allow_remote = self.allow_remote.unwrap_or(false);
        links.interfaces.include = parsed(&sources.name("interface"), self.interface.as_deref())?;
        links.interfaces.exclude = parsed(&sources.name("no_interface"), self.no_interface.as_deref())?;
        links.peers = parsed(&sources.name("peer"), self.peer.as_deref())?;
        links.browse_domains = parsed(&sources.name("browse_domain"), self.browse_domain.as_deref())?;
        if links.browse_domains.len() > BROWSE_DOMAINS_MAX {
            let name = sources.name("browse_domain");
            return Err(Usage(format!("{name}: no more than {BROWSE_DOMAINS_MAX} domains are browsed")));
        }
        if !KNOWS_DNS && !links.browse_domains.is_empty() {
            let name = sources.name("browse_domain");
            return Err(Usage(format!(
                "{name}: nws does not know the servers of DNS on this system: name the other machines with --peer"
            )));
        }
        links.tailscale = self.tailscale(sources)?;
        links.backbone = self.backbone(sources)?;
        Ok(())
    }
}

/// The fault of a path of a service that begins nowhere.
pub(super) fn relative(name: &str, path: &Path) -> Usage {
    let absolute = std::path::absolute(path).unwrap_or_default();
    Usage(format!("{name} of a service must be an absolute path, such as {}", absolute.display()))
}

/// Checks an absolute path whose last part is the name of the socket.
fn socket_path(name: &str, path: &Path) -> Result<PathBuf, Usage> {
    if !HAS_UNIX_SOCKETS {
        return Err(Usage(format!(
            "{name}: nws has no Unix socket on this system: programs connect to the port"
        )));
    }
    let absolute = std::path::absolute(path).ok().filter(|path| path.file_name().is_some());
    let has_end = path.to_str().is_some_and(|path| path.ends_with('/') || path.contains('\0'));
    absolute.filter(|_| !has_end).ok_or_else(|| Usage(format!("{name}: {path:?} is not the path of a file")))
}

fn parsed<T: FromStr>(name: &str, values: Option<&[String]>) -> Result<Vec<T>, Usage>
where
    T::Err: fmt::Display,
{
    let values = values.unwrap_or_default().iter();
    values.map(|value| value.parse().map_err(|error| Usage(format!("{name}: {error}")))).collect()
}

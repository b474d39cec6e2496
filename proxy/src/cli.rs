//! The command line: flags, which win over the environment, which wins over a file.

mod source;

use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use nws_protocol::limits::{LINK_PEERS_MAX, MESSAGE_LIMIT_MAX, REQUEST_HEAD_LEAST};
use nws_proxy::{Config, Links};
use serde::Deserialize;

pub(crate) use source::Fault;
use source::Sources;

/// Network Web Sockets: pages, programs and devices that pick the same channel name talk.
#[derive(Debug, Parser)]
#[command(name = "nws", version, about, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the proxy (also what `nws` alone does)
    Run(RunArgs),
}

/// Settings that cannot be served: a line for standard error, exit status 2.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl Usage {
    /// The first paragraph of clap's, which says what is wrong.
    fn from_clap(error: &clap::Error) -> Self {
        let text = error.to_string();
        let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        let line = lines.join(" ");
        Self(line.strip_prefix("error: ").unwrap_or(&line).to_owned())
    }
}

/// How logs are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    /// Lines for people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Read settings from a TOML file: the same names as these flags, limits in a table [limits]
    #[arg(long, value_name = "FILE", env = "NWS_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Default, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct Settings {
    /// Port on 127.0.0.1 and [::1]; 0 picks a free one [default: 9009]
    #[arg(long, env = "NWS_PORT")]
    port: Option<u16>,
    /// Also serve programs of this user, and of no other, on a Unix socket at this path
    #[arg(long, value_name = "PATH", env = "NWS_UNIX")]
    unix: Option<PathBuf>,
    /// No port for clients, only the socket of --unix: no page can connect
    #[arg(long, value_name = "BOOL", env = "NWS_NO_TCP", value_parser = BoolishValueParser::new())]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    no_tcp: Option<bool>,
    /// Port for other proxies [default: 9010, or another one where that is taken]
    #[arg(long, value_name = "PORT", env = "NWS_LINK_PORT")]
    link_port: Option<u16>,
    /// Use only network interfaces of this name, such as eth0 or wl* (repeatable)
    #[arg(long, value_name = "GLOB", env = "NWS_INTERFACE", value_delimiter = ',')]
    interface: Option<Vec<String>>,
    /// Do not use network interfaces of this name (repeatable)
    #[arg(long, value_name = "GLOB", env = "NWS_NO_INTERFACE", value_delimiter = ',')]
    no_interface: Option<Vec<String>>,
    /// Keep connected to the proxy at this address, wherever it is (repeatable)
    #[arg(long, value_name = "HOST:PORT", env = "NWS_PEER", value_delimiter = ',')]
    peer: Option<Vec<String>>,
    /// Let proxies of other networks than those of this machine connect
    #[arg(long, value_name = "BOOL", env = "NWS_ALLOW_REMOTE", value_parser = BoolishValueParser::new())]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    allow_remote: Option<bool>,
    /// No mDNS; and no links to other proxies at all, unless --link-port or --peer is given
    #[arg(long, value_name = "BOOL", env = "NWS_NO_DISCOVERY", value_parser = BoolishValueParser::new())]
    #[arg(num_args = 0..=1, require_equals = true, default_missing_value = "true", hide_possible_values = true)]
    no_discovery: Option<bool>,
    /// Let only pages of this origin connect, such as https://example.com, http://localhost:* or file:// (repeatable)
    #[arg(long, value_name = "ORIGIN", env = "NWS_ALLOW_ORIGIN", value_delimiter = ',')]
    allow_origin: Option<Vec<String>>,
    /// Answer requests to this Host besides localhost, 127.0.0.1 and [::1] (repeatable)
    #[arg(long, value_name = "HOST[:PORT]", env = "NWS_ALLOW_HOST", value_delimiter = ',')]
    allow_host: Option<Vec<String>>,
    /// Threads that own channels, 1 to 1024 [default: one for every two cores]
    #[arg(long, value_name = "N", env = "NWS_SHARDS")]
    shards: Option<usize>,
    /// Format of the logs on standard error [default: text]
    #[arg(long, value_enum, env = "NWS_LOG_FORMAT")]
    log_format: Option<LogFormat>,
    #[command(flatten)]
    limits: Limits,
}

#[derive(Debug, Default, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
#[command(next_help_heading = "Limits")]
struct Limits {
    /// Payload of one message that a client sends, at most 16777216 [default: 1048576]
    #[arg(long, value_name = "BYTES", env = "NWS_MAX_MESSAGE_SIZE")]
    max_message_size: Option<usize>,
    /// Bytes that may wait for a client that has stopped reading, besides the largest message [default: 16777216]
    #[arg(long, value_name = "BYTES", env = "NWS_MAX_QUEUE_SIZE")]
    max_queue_size: Option<usize>,
    /// Bytes of the head of a request, cookies included, at least 8192 [default: 65536]
    #[arg(long, value_name = "BYTES", env = "NWS_MAX_HEADER_SIZE")]
    max_header_size: Option<usize>,
    /// Time for the head of a request to arrive [default: 5]
    #[arg(long, value_name = "SECONDS", env = "NWS_HANDSHAKE_TIMEOUT")]
    handshake_timeout: Option<f64>,
    /// Interval of pings [default: 30]
    #[arg(long, value_name = "SECONDS", env = "NWS_PING_INTERVAL")]
    ping_interval: Option<f64>,
    /// Silence after which a client is taken for gone [default: 60]
    #[arg(long, value_name = "SECONDS", env = "NWS_IDLE_TIMEOUT")]
    idle_timeout: Option<f64>,
    /// Peers in one channel [default: 10000]
    #[arg(long, value_name = "N", env = "NWS_MAX_PEERS_PER_CHANNEL")]
    max_peers_per_channel: Option<usize>,
    /// Channels at one time [default: 16384]
    #[arg(long, value_name = "N", env = "NWS_MAX_CHANNELS")]
    max_channels: Option<usize>,
    /// Connections at one time [default: what the limit of file descriptors allows]
    #[arg(long, value_name = "N", env = "NWS_MAX_CONNECTIONS")]
    max_connections: Option<usize>,
    /// Channel names that a web site may try at once [default: 16]
    #[arg(long, value_name = "N", env = "NWS_SITE_NAME_BURST")]
    site_name_burst: Option<u32>,
    /// Channel names that all web sites together may try at once [default: 64]
    #[arg(long, value_name = "N", env = "NWS_ALL_SITES_NAME_BURST")]
    all_sites_name_burst: Option<u32>,
    /// Time after which web sites may try one more name [default: 2]
    #[arg(long, value_name = "SECONDS", env = "NWS_NAME_INTERVAL")]
    name_interval: Option<f64>,
}

/// How many shards there may be: far more than any machine has cores.
const SHARDS: RangeInclusive<usize> = 1..=1024;

impl Cli {
    /// The settings of this start, checked.
    pub(crate) fn resolve() -> Result<(Config, LogFormat), Fault> {
        let matches = source::read(Self::command())?;
        let cli = Self::from_arg_matches(&matches).map_err(|error| Usage::from_clap(&error))?;
        let (args, matches) = match (cli.command, matches.subcommand()) {
            (Some(Command::Run(args)), Some((_, of_run))) => (args, of_run.clone()),
            (_, _) => (cli.run, matches),
        };
        let sources = Sources::new(matches, args.config.clone());
        let file = args.config.map(|path| read_file(&path, &sources)).transpose()?.unwrap_or_default();
        let settings = args.settings.or(file);
        Ok((settings.config(&sources)?, settings.log_format.unwrap_or_default()))
    }
}

fn read_file(path: &Path, sources: &Sources) -> Result<Settings, Usage> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Usage(format!("{} {name}: {error}", sources.name("config"))))?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
        let reason = error.message().replace('\n', ", ");
        Usage(format!("{name}, line {line}: {reason}"))
    })
}

impl Settings {
    fn or(self, other: Self) -> Self {
        Self {
            port: self.port.or(other.port),
            unix: self.unix.or(other.unix),
            no_tcp: self.no_tcp.or(other.no_tcp),
            link_port: self.link_port.or(other.link_port),
            interface: self.interface.or(other.interface),
            no_interface: self.no_interface.or(other.no_interface),
            peer: self.peer.or(other.peer),
            allow_remote: self.allow_remote.or(other.allow_remote),
            no_discovery: self.no_discovery.or(other.no_discovery),
            allow_origin: self.allow_origin.or(other.allow_origin),
            allow_host: self.allow_host.or(other.allow_host),
            shards: self.shards.or(other.shards),
            log_format: self.log_format.or(other.log_format),
            limits: self.limits.or(other.limits),
        }
    }

    fn config(&self, sources: &Sources) -> Result<Config, Usage> {
        let mut config = Config::default();
        set(&mut config.port, self.port);
        config.tcp = !self.no_tcp.unwrap_or(false);
        config.unix =
            self.unix.as_deref().map(|path| socket_path(&sources.name("unix"), path)).transpose()?;
        if !config.tcp && config.unix.is_none() {
            let name = sources.name("no_tcp");
            return Err(Usage(format!("{name} needs --unix: nobody could connect to this proxy")));
        }
        config.allow_origins = parsed(&sources.name("allow_origin"), self.allow_origin.as_deref())?;
        config.allow_hosts = parsed(&sources.name("allow_host"), self.allow_host.as_deref())?;
        if self.shards.is_some_and(|shards| !SHARDS.contains(&shards)) {
            return Err(Usage(format!("{} must be 1 to 1024", sources.name("shards"))));
        }
        config.shards = self.shards;
        self.links(&mut config.links, sources)?;
        self.limits.apply(&mut config, sources)?;
        Ok(config)
    }

    fn links(&self, links: &mut Links, sources: &Sources) -> Result<(), Usage> {
        links.port = self.link_port;
        links.discovery = !self.no_discovery.unwrap_or(false);
        links.allow_remote = self.allow_remote.unwrap_or(false);
        links.interfaces.include = parsed(&sources.name("interface"), self.interface.as_deref())?;
        links.interfaces.exclude = parsed(&sources.name("no_interface"), self.no_interface.as_deref())?;
        links.peers = parsed(&sources.name("peer"), self.peer.as_deref())?;
        Ok(())
    }
}

impl Limits {
    fn or(self, other: Self) -> Self {
        Self {
            max_message_size: self.max_message_size.or(other.max_message_size),
            max_queue_size: self.max_queue_size.or(other.max_queue_size),
            max_header_size: self.max_header_size.or(other.max_header_size),
            handshake_timeout: self.handshake_timeout.or(other.handshake_timeout),
            ping_interval: self.ping_interval.or(other.ping_interval),
            idle_timeout: self.idle_timeout.or(other.idle_timeout),
            max_peers_per_channel: self.max_peers_per_channel.or(other.max_peers_per_channel),
            max_channels: self.max_channels.or(other.max_channels),
            max_connections: self.max_connections.or(other.max_connections),
            site_name_burst: self.site_name_burst.or(other.site_name_burst),
            all_sites_name_burst: self.all_sites_name_burst.or(other.all_sites_name_burst),
            name_interval: self.name_interval.or(other.name_interval),
        }
    }

    fn apply(&self, config: &mut Config, sources: &Sources) -> Result<(), Usage> {
        let limits = &mut config.limits;
        let name = |field| sources.name(field);
        let most = [
            ("max_message_size", MESSAGE_LIMIT_MAX, self.max_message_size),
            // Other proxies take no more.
            ("max_peers_per_channel", LINK_PEERS_MAX, self.max_peers_per_channel),
        ];
        for (field, most, value) in most {
            if value.is_some_and(|value| value > most) {
                return Err(Usage(format!("{} must be at most {most}", name(field))));
            }
        }
        let counts = [
            (&mut limits.message, "max_message_size", 1, self.max_message_size),
            (&mut limits.queue, "max_queue_size", 1, self.max_queue_size),
            (&mut limits.request_head, "max_header_size", REQUEST_HEAD_LEAST, self.max_header_size),
            (&mut limits.channel_peers, "max_peers_per_channel", 1, self.max_peers_per_channel),
            (&mut limits.channels, "max_channels", 1, self.max_channels),
        ];
        for (place, field, least, value) in counts {
            set(place, at_least(&name(field), least, value)?);
        }
        if limits.queue < limits.message {
            let (queue, message) = (limits.queue, limits.message);
            let names = (name("max_queue_size"), name("max_message_size"));
            return Err(Usage(format!("{} must be at least {}: {queue}, {message}", names.0, names.1)));
        }
        if let Some(connections) = at_least(&name("max_connections"), 1, self.max_connections)? {
            limits.connections = Some(connections);
        }
        set(&mut limits.site_names_burst, self.site_name_burst);
        set(&mut limits.all_sites_names_burst, self.all_sites_name_burst);
        let times = [
            (&mut limits.request_head_time, "handshake_timeout", self.handshake_timeout),
            (&mut limits.ping_interval, "ping_interval", self.ping_interval),
            (&mut limits.silence, "idle_timeout", self.idle_timeout),
            (&mut limits.name_interval, "name_interval", self.name_interval),
        ];
        for (place, field, value) in times {
            set(place, seconds(&name(field), value)?);
        }
        if limits.silence <= limits.ping_interval {
            let (silence, pings) = (limits.silence, limits.ping_interval);
            let longer = self.idle_timeout.map_or("--idle-timeout".to_owned(), |_| name("idle_timeout"));
            let shorter = self.ping_interval.map_or("--ping-interval".to_owned(), |_| name("ping_interval"));
            return Err(Usage(format!("{longer} must be longer than {shorter}: {silence:?}, {pings:?}")));
        }
        Ok(())
    }
}

/// An absolute path, of which the last part is the name of the socket.
fn socket_path(name: &str, path: &Path) -> Result<PathBuf, Usage> {
    if !cfg!(unix) {
        return Err(Usage(format!("{name}: this system has no Unix sockets that belong to one user")));
    }
    let absolute = std::path::absolute(path).ok().filter(|path| path.file_name().is_some());
    let has_end = path.to_str().is_some_and(|path| path.ends_with('/') || path.contains('\0'));
    absolute.filter(|_| !has_end).ok_or_else(|| Usage(format!("{name}: {path:?} is no path of a file")))
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn parsed<T: FromStr>(name: &str, values: Option<&[String]>) -> Result<Vec<T>, Usage>
where
    T::Err: fmt::Display,
{
    let values = values.unwrap_or_default().iter();
    values.map(|value| value.parse().map_err(|error| Usage(format!("{name}: {error}")))).collect()
}

fn at_least(name: &str, least: usize, value: Option<usize>) -> Result<Option<usize>, Usage> {
    match value {
        Some(value) if value < least => Err(Usage(format!("{name} must be at least {least}, not {value}"))),
        _ => Ok(value),
    }
}

fn seconds(name: &str, value: Option<f64>) -> Result<Option<Duration>, Usage> {
    let Some(value) = value else { return Ok(None) };
    match Duration::try_from_secs_f64(value) {
        Ok(duration) if !duration.is_zero() && value <= 1e9 => Ok(Some(duration)),
        _ => Err(Usage(format!("{name} must be a number of seconds above 0, not {value}"))),
    }
}

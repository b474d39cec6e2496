//! Reads the limits of a proxy from flags, variables and a file.

use std::time::Duration;

use clap::Args;
use nws_protocol::limits::{LINK_PEERS_MAX, MESSAGE_LIMIT_MAX, REQUEST_HEAD_LEAST};
use nws_proxy::Limits;
use serde::Deserialize;

use super::fault::Usage;
use super::layer::layer;
use super::source::Sources;

/// The default number of connections, in words for the help.
const CONNECTIONS_DEFAULT: &str =
    if cfg!(unix) { "what the limit of file descriptors allows" } else { "about 60,000" };

layer! {
    #[derive(Debug, Default, Args, Deserialize)]
    #[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
    #[command(next_help_heading = "Limits")]
    pub(super) struct LimitSettings {
        #[arg(help = format!("Payload of one message that a client sends, at most {MESSAGE_LIMIT_MAX}"))]
        #[arg(long, value_name = "BYTES", env = "NWS_MAX_MESSAGE_SIZE")]
        max_message_size: Option<usize>,
        /// Bytes that may wait for a client that has stopped reading, besides the largest message
        #[arg(long, value_name = "BYTES", env = "NWS_MAX_QUEUE_SIZE")]
        max_queue_size: Option<usize>,
        #[arg(
            help = format!("Bytes of the head of a request, cookies included, at least {REQUEST_HEAD_LEAST}")
        )]
        #[arg(long, value_name = "BYTES", env = "NWS_MAX_HEADER_SIZE")]
        max_header_size: Option<usize>,
        /// Time for the head of a request to arrive
        #[arg(long, value_name = "SECONDS", env = "NWS_HANDSHAKE_TIMEOUT")]
        handshake_timeout: Option<f64>,
        /// Interval of pings
        #[arg(long, value_name = "SECONDS", env = "NWS_PING_INTERVAL")]
        ping_interval: Option<f64>,
        /// Silence after which a client counts as gone
        #[arg(long, value_name = "SECONDS", env = "NWS_IDLE_TIMEOUT")]
        idle_timeout: Option<f64>,
        /// Peers in one channel
        #[arg(long, value_name = "N", env = "NWS_MAX_PEERS_PER_CHANNEL")]
        max_peers_per_channel: Option<usize>,
        /// Channels at one time
        #[arg(long, value_name = "N", env = "NWS_MAX_CHANNELS")]
        max_channels: Option<usize>,
        #[arg(help = format!("Connections at one time [default: {CONNECTIONS_DEFAULT}]"))]
        #[arg(long, value_name = "N", env = "NWS_MAX_CONNECTIONS")]
        max_connections: Option<usize>,
        /// Channel names that a web site may try at once
        #[arg(long, value_name = "N", env = "NWS_SITE_NAME_BURST")]
        site_name_burst: Option<u32>,
        /// Channel names that all web sites together may try at once
        #[arg(long, value_name = "N", env = "NWS_ALL_SITES_NAME_BURST")]
        all_sites_name_burst: Option<u32>,
        /// Time after which web sites may try one more name
        #[arg(long, value_name = "SECONDS", env = "NWS_NAME_INTERVAL")]
        name_interval: Option<f64>,
    }
}

impl LimitSettings {
    /// Sets the limits that are given, and checks all of them.
    pub(super) fn apply(&self, limits: &mut Limits, sources: &Sources) -> Result<(), Usage> {
        self.check_most(sources)?;
        self.apply_counts(limits, sources)?;
        self.apply_times(limits, sources)?;
        set(&mut limits.site_names.site_burst, self.site_name_burst);
        set(&mut limits.site_names.all_burst, self.all_sites_name_burst);
        self.check_silence(limits, sources)
    }

    fn check_most(&self, sources: &Sources) -> Result<(), Usage> {
        let most = [
            ("max_message_size", MESSAGE_LIMIT_MAX, self.max_message_size),
            // Other proxies accept no more.
            ("max_peers_per_channel", LINK_PEERS_MAX, self.max_peers_per_channel),
        ];
        match most.into_iter().find(|(_, most, value)| value.is_some_and(|value| value > *most)) {
            Some((field, most, _)) => Err(Usage(format!("{} must be at most {most}", sources.name(field)))),
            None => Ok(()),
        }
    }

    fn apply_counts(&self, limits: &mut Limits, sources: &Sources) -> Result<(), Usage> {
        let name = |field| sources.name(field);
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
        Ok(())
    }

    fn apply_times(&self, limits: &mut Limits, sources: &Sources) -> Result<(), Usage> {
        let times = [
            (&mut limits.request_head_time, "handshake_timeout", self.handshake_timeout),
            (&mut limits.ping_interval, "ping_interval", self.ping_interval),
            (&mut limits.silence, "idle_timeout", self.idle_timeout),
            (&mut limits.site_names.interval, "name_interval", self.name_interval),
        ];
        for (place, field, value) in times {
            set(place, seconds(&sources.name(field), value)?);
        }
        Ok(())
    }

    fn check_silence(&self, limits: &Limits, sources: &Sources) -> Result<(), Usage> {
        let (silence, pings) = (limits.silence, limits.ping_interval);
        if silence > pings {
            return Ok(());
        }
        let given = |value: Option<f64>, flag: &str, field| {
            value.map_or_else(|| flag.to_owned(), |_| sources.name(field))
        };
        let longer = given(self.idle_timeout, "--idle-timeout", "idle_timeout");
        let shorter = given(self.ping_interval, "--ping-interval", "ping_interval");
        Err(Usage(format!("{longer} must be longer than {shorter}: {silence:?}, {pings:?}")))
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
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

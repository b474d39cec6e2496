//! The options of the command line: what a run does.

use std::net::IpAddr;

use clap::Parser;
use nws_report::load::{Framing, Mode};

use crate::address::Address;
use crate::content;
use crate::layout::Layout;

/// Connects channels x peers clients to a server, applies one kind of load, checks every delivery,
/// and prints one line of JSON. The exit status is 0 only if everything that was sent came once,
/// whole and in order.
#[derive(Parser)]
#[command(name = "nws-load", version)]
pub(crate) struct Options {
    /// The kind of load.
    #[arg(value_enum)]
    pub(crate) mode: Mode,
    /// Address of the server.
    #[arg(long, default_value = "ws://127.0.0.1:9009")]
    pub(crate) url: Address,
    /// The framing of messages.
    #[arg(long, value_enum, default_value_t = Framing::Text)]
    pub(crate) framing: Framing,
    /// Channels, each with as many connections as `peers` says.
    #[arg(long, default_value_t = 1)]
    pub(crate) channels: usize,
    /// Connections of each channel.
    #[arg(long, default_value_t = 10)]
    pub(crate) peers: usize,
    /// Sending peers of each channel; with ping, pairs of peers.
    #[arg(long, default_value_t = 1)]
    pub(crate) senders: usize,
    /// Channels in which peers send; all by default.
    #[arg(long)]
    pub(crate) active: Option<usize>,
    /// Messages that each sender has under way (burst, ping).
    #[arg(long, default_value_t = 1)]
    pub(crate) window: u32,
    /// Messages that each sender sends a second (rate).
    #[arg(long, default_value_t = 100.0)]
    pub(crate) rate: f64,
    /// Bytes of data in each message.
    #[arg(long, default_value_t = 64)]
    pub(crate) bytes: usize,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 4.0)]
    pub(crate) secs: f64,
    /// Seconds of load before them.
    #[arg(long, default_value_t = 1.0)]
    pub(crate) warmup: f64,
    /// Seconds between the last join and the first message, so that the server becomes idle.
    #[arg(long, default_value_t = 0.3)]
    pub(crate) settle: f64,
    /// Connections that are set up at one time, 0 for all; by default 64, and all with storm.
    #[arg(long)]
    pub(crate) concurrency: Option<usize>,
    /// Seconds within which all must have joined.
    #[arg(long, default_value_t = 60.0)]
    pub(crate) setup_timeout: f64,
    /// Seconds without any delivery after which messages that are still under way count as lost.
    #[arg(long, default_value_t = 5.0)]
    pub(crate) drain_timeout: f64,
    /// Seconds without any message for which the run still listens when all have come, to notice
    /// repeated ones.
    #[arg(long, default_value_t = 0.05)]
    pub(crate) linger: f64,
    /// Processes of the server. Their CPU time, memory and context switches are measured together.
    #[arg(long, value_delimiter = ',')]
    pub(crate) pid: Vec<u32>,
    /// Network namespaces of the clients: the senders of each channel connect from the first, all
    /// others from the last.
    #[arg(long, value_delimiter = ',')]
    pub(crate) namespaces: Vec<String>,
    /// Address from which all clients connect; each address of loopback has its own ports.
    #[arg(long)]
    pub(crate) source: Option<IpAddr>,
    /// Run beside others of its kind: say `joined` when all have joined, begin the load at a line on
    /// standard input, and count in the report how often each latency occurred.
    #[arg(long)]
    pub(crate) together: bool,
}

impl Options {
    /// Checks the options. The error is a sentence.
    pub(crate) fn check(&self) -> Result<(), String> {
        let senders = if self.mode == Mode::Ping { self.senders.saturating_mul(2) } else { self.senders };
        let wrong = [
            (self.channels == 0, "--channels must not be 0"),
            (self.peers == 0, "--peers must not be 0"),
            (self.senders == 0, "--senders must not be 0"),
            (self.window == 0, "--window must not be 0"),
            (
                self.active.is_some_and(|active| !(1..=self.channels).contains(&active)),
                "--active must be 1 to --channels",
            ),
            (self.has_load() && self.peers < 2, "a message needs two --peers"),
            (self.has_load() && senders > self.peers, "more --senders (two to a pair) than --peers"),
            (
                self.source.is_some_and(|source| source.is_ipv4() != self.url.socket.is_ipv4()),
                "--source and --url must both be IPv4, or both IPv6",
            ),
            (
                self.together && self.mode == Mode::Storm,
                "a storm has no load that could begin: no --together",
            ),
            (self.namespaces.len() > 2, "--namespaces are two at most"),
            (!(self.rate > 0.0 && self.rate <= 1e6), "--rate must be above 0, and 1,000,000 at most"),
            (
                self.mode == Mode::Ping && !self.framing.has_presence() && self.peers != 2,
                "tcp knows no direct messages: ping needs --peers 2",
            ),
        ];
        if let Some((_, words)) = wrong.iter().find(|(is_wrong, _)| *is_wrong) {
            return Err((*words).to_owned());
        }
        self.check_sizes()
    }

    fn check_sizes(&self) -> Result<(), String> {
        if !(content::SMALLEST..=content::LARGEST).contains(&self.bytes) {
            return Err(format!("--bytes must be {} to {}", content::SMALLEST, content::LARGEST));
        }
        if self.bytes < content::LONG && self.layout().connections() > content::SHORT_CONNECTIONS_MAX {
            return Err(format!(
                "more than {} connections need --bytes {}",
                content::SHORT_CONNECTIONS_MAX,
                content::LONG
            ));
        }
        let times =
            [self.secs, self.warmup, self.settle, self.setup_timeout, self.drain_timeout, self.linger];
        // An hour. A longer time is a mistake, and no table here is large enough for it.
        if !times.iter().all(|seconds| (0.0..=3600.0).contains(seconds)) {
            return Err("a time must be 0 to 3600 seconds".to_owned());
        }
        Ok(())
    }

    pub(crate) fn layout(&self) -> Layout {
        let active = self.active.unwrap_or(self.channels);
        Layout { channels: self.channels, peers: self.peers, senders: self.senders, active }
    }

    /// Connections that are set up at one time: few enough that none waits for the backlog of a
    /// server, unless that is what is measured.
    pub(crate) fn at_once(&self) -> usize {
        let default = if self.mode == Mode::Storm { 0 } else { 64 };
        match self.concurrency.unwrap_or(default) {
            0 => usize::MAX,
            count => count,
        }
    }

    pub(crate) fn has_load(&self) -> bool {
        matches!(self.mode, Mode::Burst | Mode::Rate | Mode::Ping)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str) -> Result<(), String> {
        Options::try_parse_from(["nws-load"].into_iter().chain(words.split(' '))).unwrap().check()
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        for words in [
            "burst --channels 0",
            "burst --peers 1",
            "burst --channels 2 --active 3",
            "burst --peers 2 --senders 3",
            "ping --peers 3 --senders 2",
            "ping --peers 4 --framing tcp",
            "rate --rate 0",
            "rate --rate nan",
            "burst --bytes 8",
            "burst --bytes 16 --channels 1000 --peers 70",
            "burst --secs=-1",
            "burst --namespaces a,b,c",
            "burst --source ::1",
            "storm --together",
        ] {
            assert!(check(words).is_err(), "{words}");
        }
    }

    #[test]
    fn what_can_be_done_passes() {
        for words in [
            "burst",
            "storm --peers 1",
            "ping --peers 2 --framing tcp",
            "idle --channels 500",
            "burst --bytes 16 --channels 100 --peers 200",
            "burst --bytes 48 --channels 1000 --peers 70",
            "burst --namespaces a,b --pid 1,2",
            "rate --source 127.0.0.2 --together",
        ] {
            assert_eq!(check(words), Ok(()), "{words}");
        }
    }
}

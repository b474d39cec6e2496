//! The report of `nws-load`: one run of one load against one server.

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::given::given;

/// The line with which a generator that runs beside others says that all its clients have joined.
pub const JOINED: &str = "joined";

/// The kind of a load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Each sender keeps `window` broadcasts under way. Measures throughput.
    Burst,
    /// Each sender broadcasts on a schedule, whatever comes back. Latency counts from the time when
    /// a message was due.
    Rate,
    /// Pairs of peers ask and answer directly. Measures the latency of round trips.
    Ping,
    /// All join. Measures how long it takes until all peers know each other.
    Storm,
    /// All join, and then nothing happens. Measures memory and wake-ups.
    Idle,
}

/// The framing of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Framing {
    /// Structured frames: JSON in WebSocket texts.
    Text,
    /// Structured frames whose payloads are binary.
    Binary,
    /// No WebSocket: a length of four bytes and that many bytes, relayed as they are.
    Tcp,
}

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A delivery did not come.
    Lost,
    /// A delivery came more than once.
    Duplicated,
    /// A delivery came after a later one of the same sender.
    Reordered,
    /// A delivery was not what was sent.
    Damaged,
    /// A delivery named another source than its sender.
    WrongSource,
    /// A delivery came to another channel than that of its sender.
    WrongChannel,
    /// A delivery came to a peer that it was not for.
    WrongRecipient,
    /// A peer was told of others than those that are present.
    Roster,
    /// A connection was not ready in time.
    Unready,
    /// A connection could not be made.
    Unconnected,
    /// The server closed a connection.
    Closed,
    /// A connection broke the protocol.
    Broken,
    /// A message could not be sent, because the server does not read.
    Unread,
}

/// One run. Fields about messages are `null` in modes that send none. Fields about the server are
/// `null` if its processes are not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The kind of load.
    pub mode: Mode,
    /// The framing of messages.
    pub framing: Framing,
    /// Channels of the run.
    pub channels: usize,
    /// Connections of each channel.
    pub peers: usize,
    /// Seconds until all peers knew each other; `null` if that never happened.
    #[serde(deserialize_with = "given")]
    pub setup_s: Option<f64>,
    /// Seconds that were measured; for a storm, the set-up.
    pub measured_s: f64,
    /// CPU time in those seconds.
    pub cpu: Cpu,
    /// Memory of the server.
    pub memory: Memory,
    /// Everything that was sent came once, whole and in order.
    pub ok: bool,
    /// Faults by kind.
    pub errors: BTreeMap<Fault, u64>,
    /// The faults as sentences.
    pub failures: Vec<String>,
    /// The load that was sent.
    #[serde(deserialize_with = "given")]
    pub load: Option<Load>,
    /// Messages that were sent.
    #[serde(deserialize_with = "given")]
    pub sent: Option<u64>,
    /// Messages that came.
    #[serde(deserialize_with = "given")]
    pub deliveries: Option<u64>,
    /// Messages that came in a second.
    #[serde(deserialize_with = "given")]
    pub deliveries_per_s: Option<f64>,
    /// CPU seconds of the server for a million deliveries.
    #[serde(deserialize_with = "given")]
    pub cpu_s_per_million: Option<f64>,
    /// Time from when a message was due until it came.
    #[serde(deserialize_with = "given")]
    pub latency_us: Option<Times>,
    /// How often each latency occurred, in microseconds, if several generators run together: only so
    /// their latencies can be put together.
    #[serde(deserialize_with = "given")]
    pub latency_counts: Option<Vec<(f64, u64)>>,
    /// The delay with which the generator sent after a message was due.
    #[serde(deserialize_with = "given")]
    pub generator_late_us: Option<Times>,
    /// Time from the beginning of a connection until the server accepted it, in modes that send no
    /// messages.
    #[serde(deserialize_with = "given")]
    pub join_us: Option<Times>,
    /// Context switches of the server.
    #[serde(deserialize_with = "given")]
    pub switches_per_s: Option<f64>,
}

/// The load of the senders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// Sending peers of each channel, or pairs of peers.
    pub senders: usize,
    /// Messages that each sender has under way.
    pub window: u32,
    /// Messages that each sender sends a second, in the mode `rate`.
    pub rate: f64,
    /// Bytes of data in a message.
    pub bytes: usize,
}

/// CPU time in seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cpu {
    /// CPU time of the server, as exact as possible.
    #[serde(deserialize_with = "given")]
    pub server_s: Option<f64>,
    /// CPU time of the server outside of the kernel, in ticks.
    #[serde(deserialize_with = "given")]
    pub user_s: Option<f64>,
    /// CPU time of the server inside the kernel, in ticks.
    #[serde(deserialize_with = "given")]
    pub system_s: Option<f64>,
    /// Context switches of the server.
    #[serde(deserialize_with = "given")]
    pub context_switches: Option<f64>,
    /// CPU time of the generator.
    pub generator_s: f64,
    /// CPU time of other programs.
    pub others_s: f64,
    /// CPU time that a hypervisor gave to other machines.
    pub stolen_s: f64,
}

/// Resident memory of the server in KiB.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// Before the first connection.
    #[serde(deserialize_with = "given")]
    pub before_kib: Option<f64>,
    /// When all had joined.
    #[serde(deserialize_with = "given")]
    pub joined_kib: Option<f64>,
    /// At the end.
    #[serde(deserialize_with = "given")]
    pub after_kib: Option<f64>,
    /// Memory that each connection added.
    #[serde(deserialize_with = "given")]
    pub kib_per_connection: Option<f64>,
}

/// The distribution of times, in microseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// The median.
    pub p50: f64,
    /// 90 % of the times do not exceed it.
    pub p90: f64,
    /// 99 % of the times do not exceed it.
    pub p99: f64,
    /// 99.9 % of the times do not exceed it.
    pub p999: f64,
    /// The longest.
    pub max: f64,
}

impl Framing {
    /// Its name on the command line and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Tcp => "tcp",
        }
    }

    /// Gives whether peers have ids and are told of each other.
    #[must_use]
    pub fn has_presence(self) -> bool {
        self != Self::Tcp
    }
}

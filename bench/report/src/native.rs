//! The reports of programs that talk to a proxy without a load generator, and of `nws-micro`.

use std::collections::BTreeMap;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A direct message and its reply, compared with the same bytes through a bare relay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Direct {
    /// Through the proxy: medians over the laps.
    pub nws: RoundTrip,
    /// Through the relay: medians over the laps.
    pub relay: RoundTrip,
    /// The median of the ratios of the laps.
    pub ratio: f64,
    /// The laps. Each has servers that were started for it.
    pub laps: Vec<Lap>,
}

/// Both servers in turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lap {
    /// Through the proxy.
    pub nws: RoundTrip,
    /// Through the relay.
    pub relay: RoundTrip,
    /// The median of the proxy, divided by that of the relay.
    pub ratio: f64,
}

/// A round trip, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundTrip {
    /// The median.
    pub p50_us: f64,
    /// 99 % of the times do not exceed it.
    pub p99_us: f64,
}

/// The cost of idle connections for the proxy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdleConnections {
    /// Number of connections.
    pub connections: usize,
    /// Resident memory with one connection.
    pub before_kib: f64,
    /// Resident memory with all of them.
    pub joined_kib: f64,
    /// Memory that each connection added.
    pub kib_per_connection: f64,
}

/// Something that takes much memory of the proxy, until it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum PeakOf {
    /// 60 readers that stop, while two peers say 900 kB again and again.
    Stopped,
    /// 16 readers that stop, for each of which 12 MiB wait, and which then read all of it and stay.
    Drained,
    /// 5,000 clients in channels of ten.
    Clients,
    /// 10,000 channels of one client each.
    Channels,
    /// 1,000 clients in one channel.
    Crowd,
    /// 200 messages of a mebibyte that do not end.
    Unfinished,
    /// 24 links that tell of 99,000 members each. Most of them are closed for that.
    Links,
}

/// Resident memory of the proxy around a peak, in MiB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peak {
    /// Before.
    pub before_mib: f64,
    /// At most, until the last look after it.
    pub most_mib: f64,
    /// After the end.
    pub after: Vec<Remains>,
}

/// Resident memory of the proxy some time after a peak.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remains {
    /// Seconds since the end of the peak.
    pub seconds: u64,
    /// MiB.
    pub mib: f64,
}

/// The verdict of Autobahn's suite on the framing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conformance {
    /// Cases that were run.
    pub cases: usize,
    /// The number of cases for each result.
    pub counts: BTreeMap<String, u64>,
    /// The cases that failed, and how.
    pub bad: Vec<String>,
}

/// The longest turn of one kind: the least of several repetitions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// The work of the shard in it.
    pub what: String,
    /// CPU time of its thread, in milliseconds.
    pub ms: f64,
}

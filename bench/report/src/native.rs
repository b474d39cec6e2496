//! The reports of programs that talk to a proxy without a load generator, and of `nws-micro`.

use std::collections::BTreeMap;

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

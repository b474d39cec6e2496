//! The reports of programs that talk to a proxy without a load generator, and of `nws-micro`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A direct message and its answer, beside the same bytes through a bare relay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Direct {
    /// Through the proxy: medians over the laps.
    pub nws: RoundTrip,
    /// Through the relay: medians over the laps.
    pub relay: RoundTrip,
    /// The median of the ratios of the laps.
    pub ratio: f64,
    /// Each with servers that were started for it.
    pub laps: Vec<Lap>,
}

/// Both servers by turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lap {
    /// Through the proxy.
    pub nws: RoundTrip,
    /// Through the relay.
    pub relay: RoundTrip,
    /// The median of the proxy by that of the relay.
    pub ratio: f64,
}

/// There and back, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundTrip {
    /// The median.
    pub p50_us: f64,
    /// 99 % do not exceed it.
    pub p99_us: f64,
}

/// What connections cost the proxy that say nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdleConnections {
    /// How many there were.
    pub connections: usize,
    /// Resident memory with one connection.
    pub before_kib: f64,
    /// Resident memory with all of them.
    pub joined_kib: f64,
    /// What each added.
    pub kib_per_connection: f64,
}

/// What the suite of Autobahn says of the framing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conformance {
    /// Cases that were run.
    pub cases: usize,
    /// How many of them ended in which way.
    pub counts: BTreeMap<String, u64>,
    /// Those that ended badly, and how.
    pub bad: Vec<String>,
}

/// The longest turn of one kind: the least of several times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// What the shard does in it.
    pub what: String,
    /// CPU time of its thread, in milliseconds.
    pub ms: f64,
}

//! The report of `nws-lan`: one row, about proxies on two machines.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::given::given;
use crate::load;

/// A measurement between two machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Row {
    /// From the start of a proxy until its peers and those of another know each other.
    Meet,
    /// From joining a channel on an existing link until both peers know each other.
    Join,
    /// One message at a time, on one machine and across two.
    Latency,
    /// As many messages as go through, on one machine and across two.
    Throughput,
    /// A proxy is killed; a network is cut and heals.
    Faults,
    /// The cost for two proxies of finding their common channels.
    Matching,
    /// 200 MiB from one machine to the other, compared with bare copies.
    Bulk,
    /// 5 GiB from `nws send` on one machine to `nws listen` on the other.
    Pipe,
    /// The cost of a link without messages.
    Idle,
    /// Sites that share a broker and no network, beside what the broker alone and a direct link do.
    Backbone,
    /// What sites of a backbone cost as they, their channels and their messages become more.
    Growth,
}

/// One row, and how much other programs disturbed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The results.
    pub measured: Measured,
    /// The share of a core that other programs used meanwhile.
    pub other_share: f64,
}

/// The results, under the name of the [`Row`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "as the rows of the same names")]
pub enum Measured {
    Meet(Meet),
    Join(Join),
    Latency(Latency),
    Throughput(Throughput),
    Faults(Faults),
    Matching(Matching),
    Bulk(Bulk),
    Pipe(Pipe),
    Idle(Box<Idle>),
    Backbone(Backbone),
    Growth(Growth),
}

/// Two proxies meet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meet {
    /// Both start at once.
    pub fresh: Times,
    /// One starts while the other runs.
    pub running: Times,
}

/// Two peers join a channel on an existing link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// Both at once.
    pub at_once: Times,
    /// One after the other.
    pub in_turn: Times,
}

/// One message at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// On one machine and across two, in turn.
    pub runs: Vec<Run>,
}

/// As many messages as go through.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throughput {
    /// Each size with each number of receivers.
    pub loads: Vec<Pipeline>,
}

/// One sender that always has more to send.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// The number of receivers.
    pub receivers: u32,
    /// Bytes of data in a message.
    pub bytes: u32,
    /// On one machine and across two, in turn.
    pub runs: Vec<Run>,
}

/// One run of the load generator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The place of the receivers.
    pub placing: Placing,
    /// The number of the repetition.
    pub rep: u32,
    /// The report of the load generator.
    pub report: load::Report,
}

/// The place of the receivers of a run. The senders are always on the first machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Placing {
    /// The receivers are on the first machine too, and one proxy does everything.
    Same,
    /// The receivers are on the second machine.
    Across,
}

/// A proxy is killed; a network is cut and heals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faults {
    /// From the kill to `disconnect`.
    pub kill: Times,
    /// From the cut to `disconnect` on both sides.
    pub partition: Times,
    /// From the end of the cut to `connect` on both sides.
    pub heal: Times,
}

/// Two sessions of matching.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    /// For each number of channels.
    pub sizes: Vec<MatchingSize>,
    /// Whether time shows how many channels a side has.
    pub padding: Padding,
}

/// The results with so many channels on each side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchingSize {
    /// Channels of a side, of which every other one is common.
    pub channels: usize,
    /// The cost of each run for both sides.
    pub runs: Vec<[SideCost; 2]>,
}

/// The cost of matching for one side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideCost {
    /// CPU time of arithmetic, which a proxy does on other threads.
    pub work_ms: f64,
    /// Other CPU time.
    pub session_ms: f64,
    /// Frames that it sent.
    pub frames: usize,
    /// Bytes of these frames.
    pub bytes: usize,
}

/// How long a message with tags takes a side with few channels and one with many, padded to the
/// same number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Padding {
    /// Channels of the two sides.
    pub channels: [usize; 2],
    /// The medians, in microseconds.
    pub us: [f64; 2],
    /// The greatest distance of the two distribution functions.
    pub apart: f64,
    /// The number of times that each was timed.
    pub samples: usize,
}

/// 200 MiB from one machine to the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bulk {
    /// Each way in turn.
    pub runs: Vec<BulkRun>,
    /// MiB a second by iperf3, where that is installed.
    #[serde(deserialize_with = "given")]
    pub iperf3: Option<f64>,
}

/// MiB a second in each way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BulkRun {
    /// To one peer.
    pub message: f64,
    /// By a bare TLS copy.
    pub tls: f64,
    /// By bare TLS with a reader that reads ahead.
    pub tls_read_ahead: f64,
    /// By a bare relay: loopback, TLS, loopback.
    pub relay: f64,
    /// By broadcast.
    pub broadcast: f64,
    /// By a bare TCP copy.
    pub tcp: f64,
    /// To one peer on the same machine.
    pub same: f64,
}

/// Bytes by pipe from `nws send` on one machine to `nws listen` on the other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pipe {
    /// MiB that went through in each run, all of which were compared.
    pub mib: u64,
    /// Each run.
    pub runs: Vec<PipeRun>,
}

/// Both ways right after each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipeRun {
    /// MiB a second by pipe.
    pub pipe: f64,
    /// MiB a second of messages to one peer.
    pub message: f64,
    /// The most memory of `nws send`, in MiB.
    pub sender_mib: f64,
    /// The most memory of `nws listen`, in MiB.
    pub listener_mib: f64,
}

/// A link without messages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Idle {
    /// The report of the load generator on both proxies together.
    pub run: load::Report,
    /// Memory of the two proxies.
    pub linked_kib: [f64; 2],
    /// Memory of a proxy without a link.
    pub alone_kib: f64,
}

/// Sites that share a broker on this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backbone {
    /// Two sites, again and again.
    pub runs: Vec<BackboneRun>,
    /// Many sites with many channels.
    pub crowd: BackboneCrowd,
}

/// What two sites do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackboneRun {
    /// Median of a message to a peer and its answer, in milliseconds.
    pub round_trip_ms: f64,
    /// The same between two bare clients of the broker.
    pub broker_round_trip_ms: f64,
    /// MiB a second to one peer.
    pub bulk: f64,
    /// MiB a second by bare TLS through the same broker.
    pub bare_bulk: f64,
    /// Messages of 4 KiB a second to one peer.
    pub small: f64,
    /// The same over a direct link.
    pub direct_small: f64,
}

/// What many sites with many channels need.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackboneCrowd {
    /// The number of sites.
    pub sites: usize,
    /// Channels of each.
    pub channels: usize,
    /// Seconds until all are matched, from the start of the broker.
    pub matched_s: f64,
    /// The most memory of the broker.
    pub broker_kib: f64,
    /// The share of a core that one proxy uses while nobody speaks.
    pub idle_share: f64,
    /// The same of the broker.
    pub broker_idle_share: f64,
    /// The share of a core that one proxy uses while there is no broker.
    pub lost_share: f64,
    /// Seconds until a peer is there again, from the start of another broker.
    pub back_s: f64,
}

/// What sites of a backbone cost as they, their channels and their messages become more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// One after the other.
    pub shapes: Vec<GrowthShape>,
}

/// What some sites cost that have a client in each of some channels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrowthShape {
    /// The number of sites.
    pub sites: usize,
    /// Channels of each.
    pub channels: usize,
    /// Seconds until all are matched, from the start of the broker.
    pub matched_s: f64,
    /// Seconds of CPU that a proxy has used until then.
    pub matching_cpu_s: f64,
    /// Memory of a proxy when all are matched.
    pub proxy_kib: f64,
    /// The most memory of the broker.
    pub broker_kib: f64,
    /// While nobody speaks.
    pub idle: GrowthLoad,
    /// While each site speaks, at several rates.
    pub speaking: Vec<GrowthLoad>,
}

/// What sites cost while each sends messages to all others at some rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrowthLoad {
    /// Messages of each site in a second.
    pub rate: f64,
    /// Bytes of a message.
    pub payload: usize,
    /// Bytes a second from a site to the broker.
    pub up: f64,
    /// Bytes a second from the broker to a site.
    pub down: f64,
    /// The share of a core that a proxy uses.
    pub share: f64,
    /// The same of the broker.
    pub broker_share: f64,
}

/// The times of something, in milliseconds. Shares are `null` when nothing was timed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// The number of times.
    pub count: usize,
    /// The median.
    #[serde(deserialize_with = "given")]
    pub p50_ms: Option<f64>,
    /// 95 % of the times do not exceed it.
    #[serde(deserialize_with = "given")]
    pub p95_ms: Option<f64>,
    /// 99 % of the times do not exceed it.
    #[serde(deserialize_with = "given")]
    pub p99_ms: Option<f64>,
    /// The longest.
    #[serde(deserialize_with = "given")]
    pub most_ms: Option<f64>,
    /// All times, in their order.
    pub all_ms: Vec<f64>,
}

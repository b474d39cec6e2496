//! The limits and intervals of the links between proxies.

use std::time::Duration;

use nws_protocol::limits;

/// Limits and intervals of [`Mesh`](super::Mesh). The defaults are those of
/// [`nws_protocol::limits`], which gives the reasons.
#[derive(Clone, Debug)]
pub struct MeshConfig {
    /// Interval of heartbeats.
    pub heartbeat: Duration,
    /// Silence after which a link is taken for dead.
    pub silence_max: Duration,
    /// Time that a link has to answer when another one waits for its place.
    pub probe_time: Duration,
    /// Time for HELLO.
    pub hello_time: Duration,
    /// Accepted links that have not exchanged HELLO.
    pub links_before_hello_max: usize,
    /// Links that have never matched a channel.
    pub links_unmatched_max: usize,
    /// Links of all kinds.
    pub links_max: usize,
    /// Links that were accepted from one address.
    pub links_per_source_max: usize,
    /// Time that a dial may take.
    pub dial_time: Duration,
    /// Dials at one time to proxies that are configured or knew one of our channels.
    pub dials_max: usize,
    /// Dials at one time to places where a proxy may be.
    pub hint_dials_max: usize,
    /// Shortest time between two dials to one proxy.
    pub redial_min: Duration,
    /// Longest time between two dials to one proxy.
    pub redial_max: Duration,
    /// Time for which a proxy whose link was lost is dialled.
    pub redial_time: Duration,
    /// Proxies that may be dialled and are not linked.
    pub candidates_max: usize,
    /// Those of them that may have been linked before.
    pub candidates_known_max: usize,
    /// Time for which an empty channel is still offered.
    pub linger_time: Duration,
    /// Channels that are offered on one link at one time.
    pub slots_max: usize,
}

impl Default for MeshConfig {
    fn default() -> Self {
        Self {
            heartbeat: limits::LINK_HEARTBEAT,
            silence_max: limits::LINK_SILENCE_MAX,
            probe_time: limits::LINK_PROBE_TIME,
            hello_time: limits::LINK_HELLO_TIME,
            links_before_hello_max: limits::LINKS_BEFORE_HELLO_MAX,
            links_unmatched_max: limits::LINKS_UNMATCHED_MAX,
            links_max: limits::LINKS_MAX,
            links_per_source_max: limits::LINKS_PER_SOURCE_MAX,
            dial_time: limits::DIAL_TIME,
            dials_max: limits::DIALS_MAX,
            hint_dials_max: limits::HINT_DIALS_MAX,
            redial_min: limits::REDIAL_MIN,
            redial_max: limits::REDIAL_MAX,
            redial_time: limits::REDIAL_TIME,
            candidates_max: limits::CANDIDATES_MAX,
            candidates_known_max: limits::CANDIDATES_KNOWN_MAX,
            linger_time: limits::CHANNEL_LINGER,
            slots_max: limits::LINK_SLOTS_LIVE.into(),
        }
    }
}

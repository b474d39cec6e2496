//! Links between proxies on this machine, and whoever speaks as a proxy and means no good.

// Its sources are addresses of loopback, which only Linux has without being asked.
#![cfg(target_os = "linux")]

mod admission;
mod credit;
mod crowd;
mod dials;
mod flags;
mod floods;
mod frames;
mod guesses;
mod handshakes;
mod identity;
mod kept;
mod latency;
mod later;
mod many;
mod messages;
mod middle;
mod names;
mod partner;
mod peer_streams;
mod presence;
mod proxies;
mod reflection;
mod refusals;
mod relayed;
mod replay;
mod roster;
mod slots;
mod stranger;
mod turns;
mod twice;
mod violations;
mod welcome;
mod wire;

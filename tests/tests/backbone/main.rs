//! Proxies that share a NATS broker and no network.

mod brokers;
mod channels;
#[cfg(target_os = "linux")]
mod cluster;
mod crowd;
mod direct;
mod faults;
mod handshakes;
mod heard;
mod hostile;
mod permissions;
mod presence;
mod refusals;
mod relay;
mod sites;

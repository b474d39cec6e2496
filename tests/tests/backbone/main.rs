//! Proxies that share a NATS broker and no network.

mod channels;
mod direct;
mod faults;
mod hostile;
mod presence;
mod refusals;
mod relay;
mod sites;

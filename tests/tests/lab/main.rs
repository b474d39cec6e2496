//! Proxies on several machines: namespaces with the real defaults, and what happens to networks.

#![cfg(target_os = "linux")]

mod bulk;
mod circle;
mod discovery;
mod dns;
mod doctor;
mod faults;
mod flood;
mod lan;
mod messages;
mod network;
mod presence;
mod raw;
mod remembered;
mod secrecy;
mod stalls;
mod tailnet;
mod tailscale;
mod warnings;

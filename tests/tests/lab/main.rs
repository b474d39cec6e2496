//! Proxies on several machines: namespaces with the real defaults, and what happens to networks.

#![cfg(target_os = "linux")]

mod network;

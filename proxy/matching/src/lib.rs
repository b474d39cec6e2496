//! How two proxies find the channels that they share, and tell nothing of the others.

#![forbid(unsafe_code)]

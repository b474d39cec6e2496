//! The identity of this proxy, and TLS 1.3 with it.

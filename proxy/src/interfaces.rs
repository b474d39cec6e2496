//! The network interfaces of this machine, and which of them are used.

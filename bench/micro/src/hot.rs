//! The functions that run for every frame, or for every peer that comes and goes.

mod frame;
mod link;
mod presence;
mod request;
mod routing;

use std::fmt;

/// Calls a hot function once, with input that was made before.
pub type Call = Box<dyn FnMut()>;

/// A hot function.
pub struct Hot {
    /// Its work and its input in words. The committed counts have this name.
    pub name: &'static str,
    /// Makes its input. The cost of this is not counted.
    pub prepare: fn() -> Call,
}

/// All hot functions. A payload of 64 B stands for a line of a chat or the position of a pointer, 4
/// KiB for a document or the description of a call, 64 KiB for a piece of a file.
pub static HOT: &[Hot] = &[
    Hot::new("scan a broadcast, 64 B", request::broadcast::<64>),
    Hot::new("scan a broadcast, 4 KiB", request::broadcast::<4096>),
    Hot::new("scan a message, 64 B", request::message::<64>),
    Hot::new("scan a broadcast with escapes, 64 B", request::escapes::<64>),
    Hot::new("scan a broadcast of an object, 64 B", request::object::<64>),
    Hot::new("read a frame, 64 B", frame::read::<64>),
    Hot::new("read a frame, 4 KiB", frame::read::<4096>),
    Hot::new("read a frame, 64 KiB", frame::read::<65536>),
    Hot::new("write a notice of a peer", frame::write_connect),
    Hot::new("write a notice of a broadcast, 64 B", frame::write_broadcast::<64>),
    Hot::new("broadcast to 10, 64 B", routing::broadcast::<10, 64>),
    Hot::new("broadcast to 10, 64 B, 32 in a pass", routing::burst::<10, 64, 32>),
    Hot::new("broadcast to 10, 4 KiB", routing::broadcast::<10, 4096>),
    Hot::new("broadcast to 10, 64 KiB", routing::broadcast::<10, 65536>),
    Hot::new("broadcast to 1,000, 64 B", routing::broadcast::<1000, 64>),
    Hot::new("broadcast to 1,000, 4 KiB", routing::broadcast::<1000, 4096>),
    Hot::new("binary broadcast to 10, 64 B", routing::binary::<10, 64>),
    Hot::new("message to 1 of 10, 64 B", routing::message::<10, 64>),
    Hot::new("join and leave, 100 others", presence::join_and_leave::<100>),
    Hot::new("link to client, 64 B", link::hear::<1, 64>),
    Hot::new("link to client, 64 B, 32 together", link::hear::<32, 64>),
    Hot::new("link to client, 4 KiB", link::hear::<1, 4096>),
    Hot::new("link to client, 64 KiB", link::hear::<1, 65536>),
    Hot::new("client to link, 64 B", link::say::<1, 64>),
    Hot::new("client to link, 64 B, 32 together", link::say::<32, 64>),
    Hot::new("client to link, 4 KiB", link::say::<1, 4096>),
    Hot::new("client to link, 64 KiB", link::say::<1, 65536>),
];

impl Hot {
    const fn new(name: &'static str, prepare: fn() -> Call) -> Self {
        Self { name, prepare }
    }

    /// The hot function with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        HOT.iter().find(|hot| hot.name == name)
    }
}

impl fmt::Display for Hot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_can_be_called_again_and_again() {
        for hot in HOT {
            let mut call = (hot.prepare)();
            (0..4).for_each(|_| call());
        }
    }

    #[test]
    fn names_are_unique() {
        for hot in HOT {
            assert!(std::ptr::eq(hot, Hot::named(hot.name).unwrap()), "{hot}");
        }
    }
}

//! Links between proxies: whom to dial, which of two links stays, which are dead, and what is offered on them.

mod config;
mod input;
mod output;

use std::collections::VecDeque;
use std::time::Instant;

use nws_protocol::ProxyId;

pub use config::MeshConfig;
pub use input::MeshInput;
pub use output::{LinkEnd, MeshOutput, Target};

slotmap::new_key_type! {
    /// A connection to another proxy, named by the owner of the sockets from the end of its TLS handshake on. A name is
    /// not used again after [`MeshInput::Down`].
    pub struct LinkId;
}

/// An attempt to connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DialId(u64);

/// The state machine of a proxy's links to others.
pub struct Mesh {
    config: MeshConfig,
    own: ProxyId,
    outputs: VecDeque<MeshOutput>,
}

impl Mesh {
    /// A state machine without links, for the proxy `own`. `seed` decides about everything that is left to chance: it has to
    /// come from a CSPRNG.
    #[must_use]
    pub fn new(config: MeshConfig, own: ProxyId, seed: [u8; 32]) -> Self {
        let _ = seed;
        Self { config, own, outputs: VecDeque::new() }
    }

    /// Takes note of something that happened at `now`. What makes no sense for a link or a dial, as it is not known or is
    /// closed, is ignored.
    pub fn handle(&mut self, input: MeshInput, now: Instant) {
        drop((input, now, &self.own, &self.config));
    }

    /// Does what is due at `now`.
    pub fn handle_timeout(&mut self, now: Instant) {
        let _ = now;
    }

    /// What is to be done next. To be called until it answers `None`, after every input.
    pub fn poll_output(&mut self) -> Option<MeshOutput> {
        self.outputs.pop_front()
    }

    /// When [`Self::handle_timeout`] is to be called at the latest.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }
}

//! The matching of one link, as one of its two sides sees it.

mod config;
mod input;
mod output;

pub use config::{Role, SessionConfig};
pub use input::Input;
pub use output::{Output, PeerSlot};

use nws_protocol::link::Slot;

use crate::Refusal;

/// The matching of one link. After every [`handle`](Self::handle) ask for outputs until there are none.
pub struct Session {}

impl Session {
    /// Begins with the first frame. `seed` must come from the operating system and be used for nothing else.
    #[must_use]
    pub fn new(config: SessionConfig, seed: [u8; 32]) -> Self {
        todo!("{config:?} {seed:?}")
    }

    /// Takes one input.
    ///
    /// # Errors
    ///
    /// What the other side did wrong. The link is to be closed, and the session to be dropped.
    pub fn handle(&mut self, input: Input<'_>) -> Result<(), Refusal> {
        todo!("{input:?}")
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        todo!()
    }

    /// What a slot of the other side stands for now, so what is to be done with a frame that names it.
    #[must_use]
    pub fn peer_slot(&self, slot: Slot) -> PeerSlot {
        todo!("{slot}")
    }
}

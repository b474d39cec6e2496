//! What was sent while there was no connection.

use crate::payload::Framed;

/// Frames for the next connection, oldest first.
#[derive(Default)]
pub(crate) struct Queue {
    pub(crate) frames: Vec<Framed>,
    /// The bytes of them that the page gave.
    pub(crate) payload: f64,
}

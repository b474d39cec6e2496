//! Streams: their transitions, and two ends against a model.

mod model;
mod transitions;

/// The peer of each test.
const PEER: u32 = 5;

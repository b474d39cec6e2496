//! A message of a load: what is to be sent, and what has come.

use crate::clock::Nanos;
use crate::content::Kind;

/// A message to be sent now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Post {
    pub(crate) kind: Kind,
    /// The connection that sends.
    pub(crate) from: usize,
    /// The connection that it is for; none for a broadcast.
    pub(crate) to: Option<usize>,
    /// Which message of this sender it is.
    pub(crate) number: u32,
    pub(crate) due: Nanos,
}

/// What a load needs to know of a delivery.
pub(crate) struct Delivery {
    pub(crate) kind: Kind,
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) number: u32,
    pub(crate) due: Nanos,
}

//! A message of a load: one that is to be sent, or one that has come.

use crate::clock::Nanos;
use crate::content::Kind;

/// A message to be sent now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Post {
    pub(crate) kind: Kind,
    /// The connection that sends it.
    pub(crate) from: usize,
    /// The connection that it is for; `None` for a broadcast.
    pub(crate) to: Option<usize>,
    /// Its number among the messages of this sender.
    pub(crate) number: u32,
    pub(crate) due: Nanos,
}

/// The facts about a delivery that a load needs.
pub(crate) struct Delivery {
    pub(crate) kind: Kind,
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) number: u32,
    pub(crate) due: Nanos,
}

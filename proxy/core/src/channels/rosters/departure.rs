//! Members of another proxy that are about to leave, because their link is over.

use super::{Peers, RemoteGroup};
use crate::Kept;
use crate::channels::ConnId;

/// The members of one group that have not left yet.
pub(in crate::channels) struct Departure {
    /// The connection that stood for them.
    pub(in crate::channels) group: ConnId,
    pub(in crate::channels) peers: Peers,
    /// They count until they have left.
    pub(in crate::channels) kept: Kept,
}

impl Departure {
    /// The departure of all members of a group.
    pub(in crate::channels) fn of(conn: ConnId, group: RemoteGroup) -> Self {
        let (peers, kept) = group.into_parts();
        Self { group: conn, peers, kept }
    }
}

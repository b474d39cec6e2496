//! Makes the rows of the API of what was collected: with names, or with digests in their place.

mod addresses;
mod callers;
mod channels;
mod events;
mod links;
mod proxy;
mod shown;

use serde::Serialize;
use utoipa::ToSchema;

pub(super) use addresses::{AddressRow, address_row, target_at};
pub(super) use callers::{CallerRow, caller_rows};
pub(super) use channels::{ChannelRow, PeerRow, channel_rows, client_id, peer_rows};
pub(super) use events::{EventId, EventRow, EventSource, event_rows};
pub(super) use links::{
    CandidateRow, LinkRow, candidate_reasons, candidate_rows, faulty, is_linked, link_kinds, link_rows,
    ready, wanted_by_id,
};
pub(super) use proxy::{LimitsRow, ProxyRow, proxy_row, totals};
pub(super) use shown::{Kind, KnownEvents, Shown, ShownRow, peers_of, shown, wanted};

/// A list. The number of its rows is limited.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct List<T: ToSchema> {
    /// How many there are, whether they are listed or not.
    pub(super) total: usize,
    /// The rows.
    pub(super) rows: Vec<T>,
}

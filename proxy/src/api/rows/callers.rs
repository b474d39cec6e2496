//! The rows of those who have connected to the port of links.

use serde::Serialize;
use utoipa::ToSchema;

use super::List;
use crate::api::Api;
use crate::api::access::View;
use crate::api::collector::Collection;
use crate::mesh::Caller;

/// An address from which there were connections to the port of links, whatever came of them.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct CallerRow {
    /// Stands for it.
    id: String,
    /// The address. Shown with the token only.
    address: Option<String>,
    /// How many connections there were since the start.
    connections: u64,
    /// When the last one came, in milliseconds of Unix time.
    called_at: u64,
}

/// The rows of those that are remembered, the latest first. The total counts the others too.
pub(in crate::api) fn caller_rows(api: &Api, collection: &Collection, view: View) -> List<CallerRow> {
    let Some(mesh) = &collection.mesh else { return List { total: 0, rows: Vec::new() } };
    let (mut callers, forgotten) = mesh.callers.clone();
    callers.sort_by_key(|caller| std::cmp::Reverse(caller.at));
    let total = callers.len() + forgotten;
    let row = |Caller { address, connections, at }| CallerRow {
        id: api.digest(&address),
        address: (view == View::Names).then(|| address.to_string()),
        connections,
        called_at: collection.time.at(at),
    };
    List { total, rows: callers.into_iter().map(row).collect() }
}

//! The rows of the addresses that the user gives.

use nws_core::{LinkStage, Target};
use serde::Serialize;
use utoipa::ToSchema;

use super::links::{CandidateRow, LinkRow, candidate_row, id_of_place, link_row, reason, unresolved_row};
use crate::addresses::Listed;
use crate::api::Api;
use crate::api::access::View;
use crate::api::collector::Collection;
use crate::discovery::{PeerAddress, Place};
use crate::mesh::{CandidateAnswer, MeshAnswer};

/// An address of another proxy that the user has given.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AddressRow {
    /// Stands for it: the id of the candidate that it is while it is not linked.
    id: String,
    /// The address as it was given. Shown with the token only.
    address: Option<String>,
    /// `--peer`, its variable or the configuration file names it.
    is_configured: bool,
    /// It is remembered: `nws peers add` has named it.
    is_remembered: bool,
    /// `linked`; `off` if this proxy makes no links at all; `new` if nothing is known yet; or why it is not linked, in
    /// the words of candidates.
    state: &'static str,
    /// The link to the proxy that is there, which may have been found in another way too.
    link: Option<LinkRow>,
    /// What is known of it while it is not linked.
    candidate: Option<CandidateRow>,
}

/// The row of an address.
pub(in crate::api) fn address_row(
    api: &Api,
    collection: &Collection,
    listed: &Listed,
    view: View,
) -> AddressRow {
    let place = Place::Peer(listed.address.clone());
    let link = link_at(api, collection, &place, view);
    let known = if link.is_none() { candidate_at(api, collection, &place, view) } else { None };
    let state = match (&link, &known) {
        (Some(_), _) => "linked",
        (None, Some((reason, _))) => reason,
        (None, None) if api.mesh.is_none() => "off",
        (None, None) => "new",
    };
    AddressRow {
        id: id_of_place(api, &place),
        address: (view == View::Names).then(|| listed.address.to_string()),
        is_configured: listed.is_configured,
        is_remembered: listed.is_remembered,
        state,
        link,
        candidate: known.map(|(_, row)| row),
    }
}

fn link_at(api: &Api, collection: &Collection, place: &Place, view: View) -> Option<LinkRow> {
    let mesh = collection.mesh.as_ref()?;
    let (_, proxy) = mesh.linked_places.iter().find(|(other, _)| other == place)?;
    let mut links = mesh.links.iter().filter(|it| it.state.stage == LinkStage::Ready);
    links.find(|it| it.state.proxy == *proxy).map(|link| link_row(api, collection, link, view))
}

fn candidate_at(
    api: &Api,
    collection: &Collection,
    place: &Place,
    view: View,
) -> Option<(&'static str, CandidateRow)> {
    let mesh = collection.mesh.as_ref()?;
    let mut unresolved = mesh.unresolved.iter().filter(|(other, _)| other == place);
    if let Some(it) = unresolved.next() {
        return Some(("unresolved", unresolved_row(api, collection, it, view)));
    }
    let candidate = candidate_of(mesh, place)?;
    Some((reason(candidate), candidate_row(api, collection, candidate, view)))
}

/// What is to be dialled when the address is: nothing where it is linked, or has no address yet.
pub(in crate::api) fn target_at(collection: &Collection, address: &PeerAddress) -> Option<Target> {
    let mesh = collection.mesh.as_ref()?;
    Some(candidate_of(mesh, &Place::Peer(address.clone()))?.state.target.clone())
}

fn candidate_of<'a>(mesh: &'a MeshAnswer, place: &Place) -> Option<&'a CandidateAnswer> {
    mesh.candidates.iter().find(|it| it.place.as_ref() == Some(place))
}

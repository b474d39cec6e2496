//! The rows of what happened lately.

use nws_core::{ClientEvent, ClientEventKind};
use serde::Serialize;
use utoipa::ToSchema;

use super::List;
use crate::api::Api;
use crate::api::access::View;
use crate::api::collector::Collection;
use crate::mesh::{LinkEvent, LinkEventKind};
use crate::notices::{Notice, NoticeKind};

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct EventRow {
    /// Stands for it.
    pub(in crate::api) id: String,
    /// When it happened, in milliseconds of Unix time.
    at: u64,
    /// `joined`, `left`, `cut`, `linked`, `unlinked`, `warning` or `refused`.
    kind: &'static str,
    /// The id of the channel, as in the list of channels.
    channel: Option<String>,
    /// The id of the peer itself. Shown with the token only.
    peer: Option<String>,
    /// The id of the link, as in the list of links.
    link: Option<String>,
    /// More in words. Only those of cuts and refusals are shown without the token.
    detail: Option<String>,
}

/// The rows of events, the oldest first.
pub(in crate::api) fn event_rows(api: &Api, collection: &Collection, view: View) -> List<EventRow> {
    let shards = collection.shards.iter().enumerate();
    let clients =
        shards.flat_map(|(shard, it)| it.iter().flat_map(|it| &it.events).map(move |it| (shard, it)));
    let clients = clients.map(|(shard, event)| client_event(api, collection, shard, event, view));
    let links = collection.mesh.iter().flat_map(|mesh| &mesh.events);
    let links = links.map(|event| link_event(api, collection, event, view));
    let notices = api.notices.all();
    let notices = notices.into_iter().map(|notice| notice_event(collection, notice, view));
    let mut rows: Vec<_> = clients.chain(links).chain(notices).collect();
    rows.sort_by_key(|row| row.at);
    List { total: rows.len(), rows }
}

fn client_event(
    api: &Api,
    collection: &Collection,
    shard: usize,
    ClientEvent { number, age, channel, peer, what }: &ClientEvent,
    view: View,
) -> EventRow {
    let (kind, detail) = match what {
        ClientEventKind::Joined => ("joined", None),
        ClientEventKind::Left => ("left", None),
        ClientEventKind::Cut { why, waiting } => ("cut", Some(format!("{why}; {waiting} bytes waited"))),
    };
    EventRow {
        id: format!("{shard}-{number}"),
        at: collection.time.before(*age),
        kind,
        channel: Some(api.channel_id(channel)),
        peer: (view == View::Names).then(|| peer.as_str().to_owned()),
        link: None,
        detail,
    }
}

fn link_event(api: &Api, collection: &Collection, event: &LinkEvent, view: View) -> EventRow {
    let LinkEvent { number, at, proxy, what } = event;
    let (kind, detail) = match what {
        LinkEventKind::Linked(address) => ("linked", address.to_string()),
        LinkEventKind::Ended(reason) => ("unlinked", reason.clone()),
    };
    EventRow {
        id: format!("link-{number}"),
        at: collection.time.at(*at),
        kind,
        channel: None,
        peer: None,
        link: Some(api.digest(proxy)),
        detail: (view == View::Names).then_some(detail),
    }
}

fn notice_event(collection: &Collection, Notice { number, at, kind, text }: Notice, view: View) -> EventRow {
    let (kind, is_open) = match kind {
        NoticeKind::Warning => ("warning", false),
        // There are only counts in it.
        NoticeKind::Refusals => ("refused", true),
    };
    EventRow {
        id: format!("notice-{number}"),
        at: collection.time.at(at),
        kind,
        channel: None,
        peer: None,
        link: None,
        detail: (is_open || view == View::Names).then_some(text),
    }
}

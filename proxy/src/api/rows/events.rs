//! The rows of what happened lately.

use std::fmt;

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

/// Those who tell of events. Each counts its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::api) enum EventSource {
    Shard(usize),
    Links,
    Log,
}

/// An event, for as long as a proxy runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::api) struct EventId {
    pub(in crate::api) source: EventSource,
    /// Later ones of the same source have greater numbers.
    pub(in crate::api) number: u64,
}

/// An event of whichever source.
#[derive(Debug)]
pub(super) enum Happened<'a> {
    Client(usize, &'a ClientEvent),
    Link(&'a LinkEvent),
    Notice(Notice),
}

/// The rows of events, the oldest first.
pub(in crate::api) fn event_rows(api: &Api, collection: &Collection, view: View) -> List<EventRow> {
    let mut rows: Vec<_> = events(api, collection).map(|event| event.row(api, collection, view)).collect();
    rows.sort_by_key(|row| row.at);
    List { total: rows.len(), rows }
}

/// All events that are remembered. Those of one source are in their order.
pub(super) fn events<'a>(api: &Api, collection: &'a Collection) -> impl Iterator<Item = Happened<'a>> {
    let shards = collection.shards.iter().enumerate();
    let clients = shards.flat_map(|(shard, it)| {
        it.iter().flat_map(|it| &it.events).map(move |event| Happened::Client(shard, event))
    });
    let links = collection.mesh.iter().flat_map(|mesh| &mesh.events).map(Happened::Link);
    clients.chain(links).chain(api.notices.all().into_iter().map(Happened::Notice))
}

impl Happened<'_> {
    pub(super) fn id(&self) -> EventId {
        match self {
            Self::Client(shard, event) => {
                EventId { source: EventSource::Shard(*shard), number: event.number }
            }
            Self::Link(event) => EventId { source: EventSource::Links, number: event.number },
            Self::Notice(notice) => EventId { source: EventSource::Log, number: notice.number },
        }
    }

    /// When it happened, in milliseconds of Unix time.
    pub(super) fn at(&self, collection: &Collection) -> u64 {
        match self {
            Self::Client(_, event) => collection.time.before(event.age),
            Self::Link(event) => collection.time.at(event.at),
            Self::Notice(notice) => collection.time.at(notice.at),
        }
    }

    pub(super) fn row(&self, api: &Api, collection: &Collection, view: View) -> EventRow {
        let shows = view == View::Names;
        let row = EventRow {
            id: self.id().to_string(),
            at: self.at(collection),
            kind: self.kind(),
            channel: None,
            peer: None,
            link: None,
            detail: self.detail().filter(|_| shows || self.is_open()),
        };
        match self {
            Self::Client(_, ClientEvent { channel, peer, .. }) => EventRow {
                channel: Some(api.channel_id(channel)),
                peer: shows.then(|| peer.as_str().to_owned()),
                ..row
            },
            Self::Link(event) => EventRow { link: Some(api.digest(&event.proxy)), ..row },
            Self::Notice(_) => row,
        }
    }

    const fn kind(&self) -> &'static str {
        match self {
            Self::Client(_, event) => match event.what {
                ClientEventKind::Joined => "joined",
                ClientEventKind::Left => "left",
                ClientEventKind::Cut { .. } => "cut",
            },
            Self::Link(event) => match event.what {
                LinkEventKind::Linked(_) => "linked",
                LinkEventKind::Ended(_) => "unlinked",
            },
            Self::Notice(notice) => match notice.kind {
                NoticeKind::Warning => "warning",
                NoticeKind::Refusals => "refused",
            },
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::Client(_, event) => match event.what {
                ClientEventKind::Joined | ClientEventKind::Left => None,
                ClientEventKind::Cut { why, waiting } => Some(format!("{why}; {waiting} bytes waited")),
            },
            Self::Link(event) => Some(match &event.what {
                LinkEventKind::Linked(address) => address.to_string(),
                LinkEventKind::Ended(reason) => reason.clone(),
            }),
            Self::Notice(notice) => Some(notice.text.clone()),
        }
    }

    /// Gives whether its detail names nobody.
    const fn is_open(&self) -> bool {
        match self {
            Self::Client(..) => true,
            Self::Link(_) => false,
            Self::Notice(notice) => matches!(notice.kind, NoticeKind::Refusals),
        }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, number } = self;
        match source {
            EventSource::Shard(shard) => write!(f, "{shard}-{number}"),
            EventSource::Links => write!(f, "link-{number}"),
            EventSource::Log => write!(f, "log-{number}"),
        }
    }
}

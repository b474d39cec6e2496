//! What the user of the backbone is told.

use std::collections::VecDeque;
use std::time::Duration;

use nws_protocol::ProxyId;
use tokio::sync::mpsc;

use crate::site::SiteName;
use crate::streams::Incoming;

/// Events that may wait before what can be told later, or need not be told, is left out.
const WAITING_MAX: usize = 256;

/// What has happened on the backbone.
#[derive(Debug)]
pub enum BackboneEvent {
    /// A broker is connected.
    Connected,
    /// The broker is lost, and all streams with it.
    Lost,
    /// There is something wrong with the broker, in its own words.
    Trouble(String),
    /// The broker takes messages of so many bytes only, which is less than sites need.
    SmallPayload(usize),
    /// A site says that it is there, and which proxy it is.
    Seen {
        /// The site.
        site: SiteName,
        /// Its proxy.
        proxy: ProxyId,
    },
    /// A site has been silent for too long.
    Gone {
        /// The site.
        site: SiteName,
        /// The proxy that it was.
        proxy: ProxyId,
    },
    /// A site has begun a stream.
    Incoming(Incoming),
    /// Another proxy uses the name of this site.
    NameTaken {
        /// The other proxy.
        proxy: ProxyId,
    },
    /// Two proxies use the name of another site.
    NameShared {
        /// The site.
        site: SiteName,
        /// The proxy that was there first, and that counts.
        kept: ProxyId,
        /// The other one.
        other: ProxyId,
    },
    /// The clock of a site differs from ours.
    Skewed {
        /// The site.
        site: SiteName,
        /// By how much.
        by: Duration,
    },
}

/// Events on their way to a user who may have no time for them. Nothing waits for that user.
#[derive(Debug)]
pub(crate) struct Events {
    sender: mpsc::Sender<BackboneEvent>,
    waiting: VecDeque<BackboneEvent>,
}

impl Events {
    pub(crate) fn new() -> (Self, mpsc::Receiver<BackboneEvent>) {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        (Self { sender, waiting: VecDeque::new() }, receiver)
    }

    /// Whether there is room for news of sites. Without it no site becomes known, and so no more
    /// than are known already can be gone.
    pub(crate) fn has_room(&self) -> bool {
        self.waiting.len() < WAITING_MAX
    }

    /// Adds an event. Where too much waits, only that a site is gone is kept: all else comes again,
    /// or is for the log.
    pub(crate) fn tell(&mut self, event: BackboneEvent) {
        if self.has_room() || matches!(event, BackboneEvent::Gone { .. }) {
            self.waiting.push_back(event);
        }
    }

    /// Hands the next event over as soon as its user has time. Waits for ever when there is none.
    pub(crate) async fn hand_over(&mut self) {
        if self.waiting.is_empty() {
            return std::future::pending().await;
        }
        match self.sender.reserve().await {
            Ok(room) => {
                if let Some(event) = self.waiting.pop_front() {
                    room.send(event);
                }
            }
            // Nobody listens any more: the task that tells ends soon.
            Err(_) => self.waiting.clear(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_user_without_time_misses_is_bounded_and_never_that_a_site_is_gone() {
        let (mut events, mut listener) = Events::new();
        let gone =
            || BackboneEvent::Gone { site: "a".parse().unwrap(), proxy: ProxyId::from_digest(&[1; 32]) };
        for _ in 0..2 * WAITING_MAX {
            events.tell(BackboneEvent::Trouble(String::new()));
        }
        events.tell(gone());
        assert!(!events.has_room());
        assert_eq!(events.waiting.len(), WAITING_MAX + 1);
        while !events.waiting.is_empty() {
            tokio::join!(events.hand_over(), async {
                assert!(listener.recv().await.is_some());
            });
        }
        events.tell(gone());
        events.hand_over().await;
        assert!(matches!(listener.recv().await, Some(BackboneEvent::Gone { .. })));
        drop(listener);
        events.tell(gone());
        events.hand_over().await;
        assert!(events.waiting.is_empty());
    }
}

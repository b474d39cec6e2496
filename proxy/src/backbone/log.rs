//! Logs what happens on the backbone: one line for each thing that is wrong until it has ended, and
//! so many in an hour, whatever others do.

use nws_backbone::{BackboneEvent, BrokerAddress, SiteName};

use crate::trouble::{Hourly, Troubles};

/// Connections to a broker that are logged in an hour. A broker can end each one at once.
const CONNECTIONS_TOLD: u32 = 32;

/// What was logged of the backbone.
#[derive(Debug)]
pub(super) struct Log {
    /// Where the broker is to be found, without passwords.
    brokers: String,
    broker: Troubles<String>,
    connections: Hourly,
    /// The beginning of this connection was logged, so its end is logged too.
    is_connection_told: bool,
    names: Troubles<SiteName>,
    namesakes: Troubles<String>,
    clocks: Troubles<SiteName>,
}

impl Log {
    pub(super) fn new(brokers: &[BrokerAddress]) -> Self {
        let brokers: Vec<_> = brokers.iter().map(ToString::to_string).collect();
        Self {
            brokers: brokers.join(","),
            broker: Troubles::new(),
            connections: Hourly::new(),
            is_connection_told: false,
            names: Troubles::new(),
            namesakes: Troubles::new(),
            clocks: Troubles::new(),
        }
    }

    pub(super) fn tell(&mut self, event: &BackboneEvent) {
        if self.is_news(event) {
            self.write(event);
        }
    }

    fn is_news(&mut self, event: &BackboneEvent) -> bool {
        match event {
            BackboneEvent::Connected => self.is_connection_news(),
            BackboneEvent::Lost => self.is_connection_told,
            BackboneEvent::Trouble(reason) => {
                self.broker.is_news(kind(reason).map_or_else(|| reason.clone(), |kind| format!("{kind:?}")))
            }
            BackboneEvent::SmallPayload(max) => self.broker.is_news(format!("{max} bytes")),
            BackboneEvent::NameTaken { proxy } => self.namesakes.is_news(proxy.as_str().to_owned()),
            BackboneEvent::NameShared { site, .. } => self.names.is_news(site.clone()),
            BackboneEvent::Skewed { site, .. } => self.clocks.is_news(site.clone()),
            BackboneEvent::Seen { .. } | BackboneEvent::Gone { .. } | BackboneEvent::Incoming(_) => false,
        }
    }

    /// Where the connection is told, what was wrong before has ended.
    fn is_connection_news(&mut self) -> bool {
        let count = self.connections.count();
        if count == CONNECTIONS_TOLD + 1 {
            tracing::warn!(
                "more than {CONNECTIONS_TOLD} connections to the broker of the backbone in an hour: the others are \
                 not logged; see the log of the broker for why it ends them"
            );
        }
        self.is_connection_told = count <= CONNECTIONS_TOLD;
        if self.is_connection_told {
            self.broker = Troubles::new();
        }
        self.is_connection_told
    }

    fn write(&self, event: &BackboneEvent) {
        let brokers = &self.brokers;
        match event {
            BackboneEvent::Connected => tracing::info!(%brokers, "the broker of the backbone is connected"),
            BackboneEvent::Lost => {
                tracing::warn!(%brokers, "the broker of the backbone is lost, and all links to its sites have ended");
            }
            BackboneEvent::Trouble(reason) => {
                let remedy = kind(reason).map_or("", Kind::remedy);
                // What the client itself says begins so.
                let reason = reason.strip_prefix("nats: ").unwrap_or(reason);
                tracing::warn!(%brokers, "the backbone has trouble with its broker: {reason}{remedy}");
            }
            BackboneEvent::SmallPayload(max) => {
                let remedy = Kind::Payload.remedy();
                tracing::warn!(
                    %brokers,
                    "the backbone has trouble with its broker: its max_payload is {max} bytes{remedy}"
                );
            }
            BackboneEvent::NameTaken { proxy } => tracing::warn!(
                %proxy,
                "another proxy on the backbone has the name of this site: give each its own with --backbone-site; until \
                 then others link to the one only that was there first"
            ),
            BackboneEvent::NameShared { site, kept, other } => tracing::warn!(
                %site, %kept, %other,
                "two proxies on the backbone have the name of one site, and only the first one is linked: give each its \
                 own with --backbone-site"
            ),
            BackboneEvent::Skewed { site, by } => tracing::warn!(
                %site,
                seconds = by.as_secs(),
                "the clock of a site differs from the one here; links work, but timestamps in logs do not agree"
            ),
            BackboneEvent::Seen { .. } | BackboneEvent::Gone { .. } | BackboneEvent::Incoming(_) => {}
        }
    }
}

/// A trouble for which something can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Permissions,
    Credentials,
    Silent,
    Unknown,
    Tls,
    Payload,
}

/// What kind of trouble it is, as NATS and its client name it.
fn kind(reason: &str) -> Option<Kind> {
    let reason = reason.to_lowercase();
    let is = |word: &str| reason.contains(word);
    if is("permissions violation") {
        Some(Kind::Permissions)
    } else if is("authorization") || is("authentication") {
        Some(Kind::Credentials)
    } else if is("dns error") {
        Some(Kind::Unknown)
    } else if is("tls") {
        Some(Kind::Tls)
    } else if is("payload") {
        Some(Kind::Payload)
    } else if is("io error") || is("timed out") || is("maximum connections") {
        Some(Kind::Silent)
    } else {
        None
    }
}

impl Kind {
    const fn remedy(self) -> &'static str {
        match self {
            Self::Permissions => "; `nws backbone permissions SITE` prints what the broker has to allow",
            Self::Credentials => "; give the credentials that the broker expects with --backbone-creds",
            Self::Silent => {
                "; see whether a broker listens at that address, and what its log says: it may be full (max_connections)"
            }
            Self::Unknown => {
                "; this machine does not find the address for that name: see whether the name is right, and whether \
                 its DNS works"
            }
            Self::Tls => {
                "; the broker must have TLS with a certificate that this machine trusts, or be on this machine"
            }
            Self::Payload => {
                "; the broker must take messages of 1 KiB at least: see max_payload in its configuration"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nws_protocol::ProxyId;

    use super::*;

    fn trouble(reason: &str) -> BackboneEvent {
        BackboneEvent::Trouble(reason.to_owned())
    }

    fn told<'a>(log: &mut Log, events: impl IntoIterator<Item = &'a BackboneEvent>) -> usize {
        events.into_iter().filter(|event| log.is_news(event)).count()
    }

    #[tokio::test(start_paused = true)]
    async fn troubles_that_take_turns_are_told_once_each_until_they_end() {
        let mut log = Log::new(&[]);
        let both = [trouble("IO error"), trouble("TLS error")];
        assert_eq!(told(&mut log, both.iter().cycle().take(1000)), 2);
        assert!(log.is_news(&BackboneEvent::Connected));
        assert_eq!(told(&mut log, both.iter().cycle().take(1000)), 2);
    }

    #[test]
    fn what_the_client_says_has_its_remedy() {
        for (reason, expected) in [
            ("nats: DNS error", Some(Kind::Unknown)),
            ("nats: IO error", Some(Kind::Silent)),
            ("nats: timed out", Some(Kind::Silent)),
            ("nats: TLS error", Some(Kind::Tls)),
            ("nats: authorization violation", Some(Kind::Credentials)),
            ("nats: Permissions Violation for Publish to \"a\"", Some(Kind::Permissions)),
            ("nats: whatever", None),
        ] {
            assert_eq!(kind(reason), expected, "{reason}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_kind_of_trouble_is_one_whatever_else_the_line_says() {
        let mut log = Log::new(&[]);
        let lines = |text: &'static str| (0..1000).map(move |number| trouble(&format!("{text} {number}")));
        let refused: Vec<_> = lines("Permissions Violation for Publish to").collect();
        assert_eq!(told(&mut log, &refused), 1);
        assert!(told(&mut log, &lines("whatever").collect::<Vec<_>>()) < 32);
    }

    #[tokio::test(start_paused = true)]
    async fn a_broker_that_ends_each_connection_does_not_fill_the_log() {
        let mut log = Log::new(&[]);
        let turn = [BackboneEvent::Connected, trouble("a"), trouble("b"), BackboneEvent::Lost];
        assert_eq!(told(&mut log, turn.iter().cycle().take(4 * 1000)), 4 * CONNECTIONS_TOLD as usize);
        tokio::time::advance(Duration::from_secs(60 * 60)).await;
        assert_eq!(told(&mut log, &turn), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn names_and_clocks_are_told_once_each_and_so_many_in_all() {
        let mut log = Log::new(&[]);
        let proxy = ProxyId::from_digest(&[1; 32]);
        let site = |number: usize| format!("s{number}").parse::<SiteName>().unwrap();
        let skewed = |number| BackboneEvent::Skewed { site: site(number), by: Duration::from_secs(600) };
        let shared = |number| BackboneEvent::NameShared {
            site: site(number),
            kept: proxy.clone(),
            other: proxy.clone(),
        };
        let of = |make: &dyn Fn(usize) -> BackboneEvent, count: usize| -> Vec<_> {
            (0..1000).map(|it| make(it % count)).collect()
        };
        let (few, many) = (of(&skewed, 2), of(&skewed, 1000));
        assert_eq!((told(&mut log, &few), told(&mut log, &many)), (2, 30));
        let (few, many) = (of(&shared, 2), of(&shared, 1000));
        assert_eq!((told(&mut log, &few), told(&mut log, &many)), (2, 30));
    }
}

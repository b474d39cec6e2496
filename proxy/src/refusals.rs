//! Counts refusals by kind. Operators get one line at once, and then one a minute while there are
//! more.
//!
//! Only counts are kept, so no line can name a channel, a peer or a site. A client that is refused
//! a million times causes no more lines than one that is refused twice.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::sleep;

/// The target of the lines.
pub(crate) const TARGET: &str = "nws_proxy::refusals";

/// Time between two lines.
const INTERVAL: Duration = Duration::from_secs(60);

/// The kind of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A request with a `Host` that is not served.
    Host,
    /// A page of an origin that may not connect, or a request with two origins.
    Origin,
    /// A connection to the Unix socket by another user.
    User,
    /// A request whose head is too long.
    Head,
    /// A request or an upgrade that is not valid, or that names no channel.
    Handshake,
    /// A web site that tries too many names.
    Names,
    /// A client whose id is taken.
    Id,
    /// There is no room for a client, or for a peer of another proxy: too many connections,
    /// channels, peers in one channel, or long heads of requests.
    Full,
    /// A connection that comes from no network of this machine.
    LinkRemote,
    /// A connection of another proxy when there are too many connections, or too many handshakes.
    LinkFull,
    /// A connection that has not become a link.
    LinkHandshake,
    /// A link on which the other side broke the rules, or a channel made no progress.
    LinkRules,
    /// A link on which too much was said before a channel was matched.
    LinkFlood,
    /// A link that was closed because too much was kept, and most of it for this link.
    LinkMemory,
}

/// The number of kinds.
const KINDS: usize = Refused::LinkMemory as usize + 1;

/// The names of the kinds, in their order.
const NAMES: [&str; KINDS] = [
    "host",
    "origin",
    "user",
    "head",
    "handshake",
    "names",
    "id",
    "full",
    "link_remote",
    "link_full",
    "link_handshake",
    "link_rules",
    "link_flood",
    "link_memory",
];

/// Owns all counts of a proxy.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refusals(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    /// All since the start.
    all: [AtomicU64; KINDS],
    /// Those that were logged.
    told: [AtomicU64; KINDS],
    some: Notify,
}

impl Refusals {
    /// Counts one refusal.
    pub(crate) fn count(&self, kind: Refused) {
        self.0.all[kind as usize].fetch_add(1, Ordering::Relaxed);
        self.0.some.notify_one();
    }

    /// The name of each kind, and how many there were since the start.
    pub(crate) fn all(&self) -> [(&'static str, u64); KINDS] {
        std::array::from_fn(|kind| (NAMES[kind], self.0.all[kind].load(Ordering::Relaxed)))
    }

    /// Logs, for ever.
    pub(crate) async fn tell(&self) -> Infallible {
        loop {
            self.0.some.notified().await;
            if self.tell_now() {
                sleep(INTERVAL).await;
            }
        }
    }

    /// Logs what has not been logged. Gives whether there was anything.
    pub(crate) fn tell_now(&self) -> bool {
        let Counts { all, told, .. } = &*self.0;
        let counts: [u64; KINDS] = std::array::from_fn(|kind| {
            let now = all[kind].load(Ordering::Relaxed);
            now - told[kind].swap(now, Ordering::Relaxed)
        });
        let of = |kind: Refused| Some(counts[kind as usize]).filter(|count| *count > 0);
        let is_news = counts.iter().any(|count| *count > 0);
        if is_news {
            tracing::info!(
                target: TARGET,
                host = of(Refused::Host),
                origin = of(Refused::Origin),
                user = of(Refused::User),
                head = of(Refused::Head),
                handshake = of(Refused::Handshake),
                names = of(Refused::Names),
                id = of(Refused::Id),
                full = of(Refused::Full),
                link_remote = of(Refused::LinkRemote),
                link_full = of(Refused::LinkFull),
                link_handshake = of(Refused::LinkHandshake),
                link_rules = of(Refused::LinkRules),
                link_flood = of(Refused::LinkFlood),
                link_memory = of(Refused::LinkMemory),
                "refused since the last such line"
            );
        }
        is_news
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Mutex, PoisonError};

    use tokio::task::yield_now;
    use tokio::time::advance;
    use tracing_subscriber::fmt;

    use super::*;

    /// Receives the log.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Log {
        fn lines(&self) -> Vec<String> {
            let log = std::mem::take(&mut *self.0.lock().unwrap());
            let counts =
                |line: &str| line.split_once("such line").map(|(_, counts)| counts.trim().to_owned());
            String::from_utf8(log).unwrap().lines().filter_map(counts).collect()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_comes_at_once_and_the_next_a_minute_later_if_there_is_more() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        let _subscribed = tracing::subscriber::set_default(subscriber);
        let refusals = Refusals::default();
        let teller = refusals.clone();
        let told = tokio::spawn(async move { teller.tell().await });
        yield_now().await;
        refusals.count(Refused::Host);
        yield_now().await;
        assert_eq!(log.lines(), ["host=1"]);
        for _ in 0..1000 {
            refusals.count(Refused::LinkRules);
            refusals.count(Refused::Host);
        }
        yield_now().await;
        assert_eq!(log.lines(), [""; 0]);
        advance(INTERVAL).await;
        yield_now().await;
        assert_eq!(log.lines(), ["host=1000 link_rules=1000"]);
        advance(INTERVAL).await;
        yield_now().await;
        advance(INTERVAL).await;
        assert_eq!(log.lines(), [""; 0]);
        refusals.count(Refused::Names);
        assert!(refusals.tell_now() && !refusals.tell_now());
        assert_eq!(log.lines(), ["names=1"]);
        yield_now().await;
        refusals.count(Refused::Id);
        yield_now().await;
        assert_eq!(log.lines(), ["id=1"]);
        told.abort();
    }
}

//! How many bytes of a stream may be on their way.
//!
//! The receiver says up to which byte it takes, and takes more as its reader does. So a broker never
//! has more to keep for a site than the site has asked for, and never finds it slow.

/// Bytes of a stream that may be sent before the receiver has said anything.
pub(crate) const FIRST: u64 = 64 * 1024;

/// Most bytes that a stream may have on its way. 104 to 164 MiB/s were measured with it.
const WINDOW: u64 = 1024 * 1024;

/// Bytes that up to 512 streams of a site may have on their way together: half of what a NATS server
/// keeps for a connection before it cuts it (`max_pending`, 64 MiB). More streams share no more out:
/// each of them has [`FIRST`], as its other side may send so much before it is told anything.
const ALL: u64 = 32 * 1024 * 1024;

/// The window of each of `count` streams, in bytes.
pub(crate) fn window(count: usize) -> u64 {
    (ALL / (count as u64).max(1)).clamp(FIRST, WINDOW)
}

/// What the receiver of a stream has taken and allowed.
#[derive(Debug)]
pub(crate) struct Receiver {
    arrived: u64,
    read: u64,
    limit: u64,
}

/// The sender has sent more than the receiver takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overrun;

impl Default for Receiver {
    fn default() -> Self {
        Self { arrived: 0, read: 0, limit: FIRST }
    }
}

impl Receiver {
    pub(crate) fn arrive(&mut self, count: usize) -> Result<(), Overrun> {
        let arrived = self.arrived.saturating_add(count as u64);
        if arrived > self.limit {
            return Err(Overrun);
        }
        self.arrived = arrived;
        Ok(())
    }

    /// Whether anything has come.
    pub(crate) const fn has_some(&self) -> bool {
        self.arrived > 0
    }

    pub(crate) fn read(&mut self, count: usize) {
        self.read += count as u64;
    }

    /// Whether the sender is to be told a new limit, with windows of this size. Not before it has
    /// sent something: it may not know the stream yet.
    pub(crate) fn is_due(&self, window: u64) -> bool {
        self.arrived > 0 && self.read + window >= self.limit + window / 4
    }

    /// The new limit, if the sender is to be told one.
    pub(crate) fn grant(&mut self, window: u64) -> Option<u64> {
        let is_due = self.is_due(window);
        is_due.then(|| {
            self.limit = self.read + window;
            self.limit
        })
    }
}

/// What the sender of a stream has sent and may send.
#[derive(Debug)]
pub(crate) struct Sender {
    sent: u64,
    limit: u64,
}

impl Default for Sender {
    fn default() -> Self {
        Self { sent: 0, limit: FIRST }
    }
}

impl Sender {
    /// Bytes that may be sent now.
    pub(crate) fn room(&self) -> usize {
        usize::try_from(self.limit.saturating_sub(self.sent)).unwrap_or(usize::MAX)
    }

    pub(crate) fn send(&mut self, count: usize) {
        self.sent += count as u64;
    }

    /// Whether the receiver has said anything.
    pub(crate) const fn is_raised(&self) -> bool {
        self.limit > FIRST
    }

    /// The receiver takes more. It never takes less than it has said.
    pub(crate) fn raise(&mut self, limit: u64) {
        self.limit = self.limit.max(limit);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn windows_share_what_a_broker_keeps() {
        assert_eq!(window(0), WINDOW);
        assert_eq!(window(32), WINDOW);
        assert_eq!(window(64), WINDOW / 2);
        assert_eq!(window(1_000_000), FIRST);
    }

    #[test]
    fn more_than_was_allowed_is_an_overrun() {
        let mut receiver = Receiver::default();
        assert_eq!(receiver.arrive(FIRST as usize), Ok(()));
        assert_eq!(receiver.arrive(1), Err(Overrun));
    }

    proptest! {
        /// Whatever is read when: the sender never overruns, and never waits for ever.
        #[test]
        fn a_sender_that_heeds_the_limit_gets_all_through(
            reads in prop::collection::vec((1..200_000_usize, 1..100_usize), 1..200)
        ) {
            let (mut sender, mut receiver) = (Sender::default(), Receiver::default());
            let mut waiting = 0;
            for (count, streams) in reads {
                let sent = sender.room().min(count);
                sender.send(sent);
                prop_assert_eq!(receiver.arrive(sent), Ok(()));
                waiting += sent;
                let read = waiting.min(count);
                receiver.read(read);
                waiting -= read;
                if let Some(limit) = receiver.grant(window(streams)) {
                    sender.raise(limit);
                }
                prop_assert!(waiting > 0 || sender.room() > 0);
            }
        }
    }
}

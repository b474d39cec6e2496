//! Open loop: broadcasts are due at fixed times, one sender after the other, whatever comes back.
//!
//! The latency of a message counts from the time when it was due, even if this program sends it
//! late. So a server that stops for a second shows a second of latency, and not one slow message.

use super::post::Post;
use crate::clock::Nanos;
use crate::content::Kind;
use crate::layout::Layout;

pub(crate) struct Schedule {
    layout: Layout,
    /// Time between two messages, of any senders.
    interval: f64,
    start: Option<Nanos>,
    count: u64,
}

impl Schedule {
    /// `rate` is the rate of one sender, in messages a second.
    pub(super) fn new(layout: Layout, rate: f64) -> Self {
        let all = (layout.active * layout.senders) as f64;
        Self { layout, interval: 1e9 / (rate * all), start: None, count: 0 }
    }

    pub(super) fn start(&mut self, now: Nanos) {
        self.start = Some(now);
    }

    pub(super) fn stop(&mut self) {
        self.start = None;
    }

    pub(super) fn next(&mut self, now: Nanos) -> Option<Post> {
        let due = self.next_due().filter(|due| *due <= now)?;
        let senders = self.senders();
        let (sender, number) = (self.count % senders, self.count / senders);
        self.count += 1;
        let (channel, peer) = self.layout.sending(sender as usize);
        let from = self.layout.connection(channel, peer);
        Some(Post { kind: Kind::Broadcast, from, to: None, number: number as u32, due })
    }

    pub(super) fn next_due(&self) -> Option<Nanos> {
        self.start.map(|start| start + (self.count as f64 * self.interval) as Nanos)
    }

    pub(super) fn sent(&self, connection: usize) -> u32 {
        let (channel, peer) = (self.layout.channel(connection), self.layout.peer(connection));
        let sender = self.layout.sender(channel, peer) as u64;
        let senders = self.senders();
        (self.count / senders) as u32 + u32::from(sender < self.count % senders)
    }

    fn senders(&self) -> u64 {
        (self.layout.active * self.layout.senders) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four senders with 250 messages a second each: one message a millisecond.
    fn schedule() -> Schedule {
        let mut schedule = Schedule::new(Layout { channels: 2, peers: 3, senders: 2, active: 2 }, 250.0);
        schedule.start(5_000_000);
        schedule
    }

    #[test]
    fn messages_are_due_one_after_the_other() {
        let mut schedule = schedule();
        let posts = std::iter::from_fn(|| schedule.next(9_500_000));
        let posts: Vec<_> = posts.map(|post| (post.from, post.number, post.due)).collect();
        let due = |at: Nanos| 5_000_000 + at * 1_000_000;
        assert_eq!(posts, [(0, 0, due(0)), (1, 0, due(1)), (3, 0, due(2)), (4, 0, due(3)), (0, 1, due(4))]);
        assert_eq!([0, 1, 3, 4].map(|connection| schedule.sent(connection)), [2, 1, 1, 1]);
        assert_eq!(schedule.next_due(), Some(due(5)));
    }

    #[test]
    fn what_is_late_counts_from_when_it_was_due() {
        let mut schedule = schedule();
        let posts: Vec<_> = std::iter::from_fn(|| schedule.next(1_005_000_000)).collect();
        assert_eq!(posts.len(), 1001);
        assert_eq!(posts[500].due, 505_000_000);
    }

    #[test]
    fn nothing_is_due_after_the_stop() {
        let mut schedule = schedule();
        schedule.stop();
        assert_eq!((schedule.next(Nanos::MAX), schedule.next_due()), (None, None));
    }
}

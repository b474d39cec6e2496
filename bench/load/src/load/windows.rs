//! Closed loop: each sender keeps a number of broadcasts under way, and sends the next when the
//! oldest has come everywhere.

use std::collections::VecDeque;

use super::post::{Delivery, Post};
use crate::clock::Nanos;
use crate::content::Kind;
use crate::layout::Layout;

pub(crate) struct Windows {
    layout: Layout,
    size: u32,
    senders: Vec<Window>,
    /// Senders with room in their windows.
    free: VecDeque<usize>,
    is_stopped: bool,
}

struct Window {
    sent: u32,
    /// The first message that has not come everywhere.
    oldest: u32,
    /// Missing deliveries of each message under way, at its number modulo the size of the window.
    missing: Vec<u32>,
    is_free: bool,
}

impl Windows {
    pub(super) fn new(layout: Layout, size: u32) -> Self {
        let window = || Window { sent: 0, oldest: 0, missing: vec![0; size as usize], is_free: false };
        let senders = std::iter::repeat_with(window).take(layout.active * layout.senders).collect();
        Self { layout, size, senders, free: VecDeque::new(), is_stopped: true }
    }

    pub(super) fn start(&mut self) {
        self.is_stopped = false;
        self.free = (0..self.senders.len()).collect();
        self.senders.iter_mut().for_each(|window| window.is_free = true);
    }

    pub(super) fn stop(&mut self) {
        self.is_stopped = true;
    }

    pub(super) fn next(&mut self, now: Nanos) -> Option<Post> {
        let sender = *self.free.front().filter(|_| !self.is_stopped)?;
        let window = &mut self.senders[sender];
        let number = window.sent;
        window.missing[(number % self.size) as usize] = (self.layout.peers - 1) as u32;
        window.sent += 1;
        if window.sent - window.oldest == self.size {
            window.is_free = false;
            self.free.pop_front();
        }
        let (channel, peer) = self.layout.sending(sender);
        let from = self.layout.connection(channel, peer);
        Some(Post { kind: Kind::Broadcast, from, to: None, number, due: now })
    }

    pub(super) fn delivered(&mut self, delivery: &Delivery) {
        let sender = self.sender(delivery.from);
        let window = &mut self.senders[sender];
        let missing = &mut window.missing[(delivery.number % self.size) as usize];
        *missing = missing.saturating_sub(1);
        while window.oldest < window.sent && window.missing[(window.oldest % self.size) as usize] == 0 {
            window.oldest += 1;
        }
        if !window.is_free && window.sent - window.oldest < self.size {
            window.is_free = true;
            self.free.push_back(sender);
        }
    }

    pub(super) fn sent(&self, connection: usize) -> u32 {
        self.senders[self.sender(connection)].sent
    }

    fn sender(&self, connection: usize) -> usize {
        self.layout.sender(self.layout.channel(connection), self.layout.peer(connection))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout = Layout { channels: 1, peers: 3, senders: 2, active: 1 };

    fn take(windows: &mut Windows) -> Vec<(usize, u32)> {
        std::iter::from_fn(|| windows.next(7)).map(|post| (post.from, post.number)).collect()
    }

    fn deliver(windows: &mut Windows, from: usize, to: usize, number: u32) {
        windows.delivered(&Delivery { kind: Kind::Broadcast, from, to, number, due: 7 });
    }

    #[test]
    fn a_window_is_filled_and_no_more() {
        let mut windows = Windows::new(LAYOUT, 2);
        assert_eq!(take(&mut windows), []);
        windows.start();
        assert_eq!(take(&mut windows), [(0, 0), (0, 1), (1, 0), (1, 1)]);
    }

    #[test]
    fn the_next_is_sent_when_the_oldest_is_everywhere() {
        let mut windows = Windows::new(LAYOUT, 2);
        windows.start();
        take(&mut windows);
        deliver(&mut windows, 0, 1, 0);
        deliver(&mut windows, 0, 1, 1);
        deliver(&mut windows, 0, 2, 1);
        assert_eq!(take(&mut windows), []);
        deliver(&mut windows, 0, 2, 0);
        assert_eq!(take(&mut windows), [(0, 2), (0, 3)]);
        assert_eq!((windows.sent(0), windows.sent(1)), (4, 2));
    }

    #[test]
    fn nothing_is_sent_after_the_stop() {
        let mut windows = Windows::new(LAYOUT, 1);
        windows.start();
        windows.stop();
        assert_eq!(take(&mut windows), []);
    }
}

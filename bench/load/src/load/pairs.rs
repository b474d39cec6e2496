//! Sends direct messages and their answers between the peers of pairs. The next message follows as
//! soon as an answer has come.

use std::collections::VecDeque;

use super::post::{Delivery, Post};
use crate::clock::Nanos;
use crate::content::Kind;
use crate::layout::Layout;

pub(crate) struct Pairs {
    layout: Layout,
    window: u32,
    /// Number of messages of each connection.
    sent: Vec<u32>,
    waiting: VecDeque<Waiting>,
    is_stopped: bool,
}

/// A message to be sent as soon as possible.
struct Waiting {
    from: usize,
    /// For an answer: when the message that it answers was sent.
    answers: Option<Nanos>,
}

impl Pairs {
    pub(super) fn new(layout: Layout, window: u32) -> Self {
        let sent = vec![0; layout.connections()];
        Self { layout, window, sent, waiting: VecDeque::new(), is_stopped: true }
    }

    /// The peers with even numbers ask.
    pub(super) fn start(&mut self) {
        self.is_stopped = false;
        for channel in 0..self.layout.active {
            for pair in 0..self.layout.senders {
                let from = self.layout.connection(channel, pair * 2);
                self.waiting.extend((0..self.window).map(|_| Waiting { from, answers: None }));
            }
        }
    }

    pub(super) fn stop(&mut self) {
        self.is_stopped = true;
        self.waiting.retain(|waiting| waiting.answers.is_some());
    }

    pub(super) fn next(&mut self, now: Nanos) -> Option<Post> {
        let Waiting { from, answers } = self.waiting.pop_front()?;
        let number = self.sent[from];
        self.sent[from] += 1;
        let kind = if answers.is_some() { Kind::Answer } else { Kind::Ask };
        Some(Post { kind, from, to: Some(self.layout.partner(from)), number, due: answers.unwrap_or(now) })
    }

    pub(super) fn delivered(&mut self, delivery: &Delivery) {
        let from = delivery.to;
        match delivery.kind {
            Kind::Ask => self.waiting.push_back(Waiting { from, answers: Some(delivery.due) }),
            Kind::Answer if !self.is_stopped => self.waiting.push_back(Waiting { from, answers: None }),
            Kind::Answer | Kind::Broadcast => {}
        }
    }

    pub(super) fn sent(&self, connection: usize) -> u32 {
        self.sent[connection]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ask_is_answered_and_asked_again() {
        let mut pairs = Pairs::new(Layout { channels: 1, peers: 2, senders: 1, active: 1 }, 1);
        pairs.start();
        let ask = pairs.next(5).unwrap();
        assert_eq!(ask, Post { kind: Kind::Ask, from: 0, to: Some(1), number: 0, due: 5 });
        assert_eq!(pairs.next(5), None);
        let answer = answer(&mut pairs, &ask);
        assert_eq!(answer, Post { kind: Kind::Answer, from: 1, to: Some(0), number: 0, due: 5 });
        let next = self::answer(&mut pairs, &answer);
        assert_eq!(next, Post { kind: Kind::Ask, from: 0, to: Some(1), number: 1, due: 9 });
    }

    #[test]
    fn after_the_stop_what_was_asked_is_answered() {
        let mut pairs = Pairs::new(Layout { channels: 1, peers: 2, senders: 1, active: 1 }, 1);
        pairs.start();
        let ask = pairs.next(5).unwrap();
        pairs.stop();
        let answer = answer(&mut pairs, &ask);
        deliver(&mut pairs, &answer);
        assert_eq!(pairs.next(9), None);
    }

    fn answer(pairs: &mut Pairs, post: &Post) -> Post {
        deliver(pairs, post);
        pairs.next(9).unwrap()
    }

    fn deliver(pairs: &mut Pairs, post: &Post) {
        let Post { kind, from, to, number, due } = *post;
        pairs.delivered(&Delivery { kind, from, to: to.unwrap(), number, due });
    }
}

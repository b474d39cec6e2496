//! Two ends, joined by queues, whose pages do anything in any order.

use std::collections::{BTreeMap, VecDeque};

use nws_client_core::Streams;
use nws_client_core::streams::{
    DIALLED_BY_RECEIVER, Handle, PART_MAX, Received, Refused, STREAMS_PER_PEER, State, WINDOW_MAX,
    WINDOWS_MAX,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::PEER;

/// What crosses between two ends.
#[derive(Debug)]
enum Frame {
    Dial { number: u32, credit: u32 },
    Accept { number: u32, credit: u32 },
    Data { number: u32, bytes: u32, has_more: bool },
    Credit { number: u32, credit: u32 },
    Close { number: u32 },
}

/// The owner of one end, as a page is, and what it knows of its streams.
#[derive(Default)]
struct Owner {
    streams: Streams,
    ends: BTreeMap<Handle, End>,
    inbox: VecDeque<Frame>,
}

#[derive(Default)]
struct End {
    /// Bytes of messages that wait for credit, and of those that were sent, in order.
    waiting: VecDeque<u32>,
    said: Vec<u32>,
    heard: Vec<u32>,
    unfinished: u32,
    /// What the messages cost that the page has not taken.
    untaken: VecDeque<u32>,
    /// The page has closed it, and perhaps the peer has been told: what was said before goes first.
    wants_close: bool,
    has_said_close: bool,
}

struct World([Owner; 2]);

impl World {
    fn tell(&mut self, n: usize, frame: Frame) {
        self.0[1 - n].inbox.push_back(frame);
    }

    fn dial(&mut self, n: usize) {
        let Owner { streams, ends, .. } = &mut self.0[n];
        let Some(handle) = streams.dial(PEER) else { return };
        ends.insert(handle, End::default());
        let frame = Frame::Dial {
            number: streams.number(handle).expect("a stream"),
            credit: streams.first_credit(handle),
        };
        self.tell(n, frame);
    }

    /// One of the streams, if there is any.
    fn any(&self, n: usize, which: u8) -> Option<Handle> {
        let ends = &self.0[n].ends;
        ends.keys().nth(usize::from(which) * ends.len() / 256).copied()
    }

    fn say(&mut self, n: usize, handle: Handle, bytes: u32) {
        let Owner { streams, ends, .. } = &mut self.0[n];
        if streams.state(handle) == Some(State::Open) {
            let end = ends.get_mut(&handle).expect("a stream");
            end.waiting.push_back(bytes);
            end.said.push(bytes);
            self.pump(n, handle);
        }
    }

    /// Sends what credit lets go.
    fn pump(&mut self, n: usize, handle: Handle) {
        self.drain(n, handle);
        let Owner { streams, ends, .. } = &mut self.0[n];
        let end = ends.get_mut(&handle).expect("a stream");
        if end.wants_close && end.waiting.is_empty() && !std::mem::replace(&mut end.has_said_close, true) {
            let frame = Frame::Close { number: streams.number(handle).expect("a stream") };
            self.tell(n, frame);
        }
    }

    fn drain(&mut self, n: usize, handle: Handle) {
        loop {
            let Owner { streams, ends, .. } = &mut self.0[n];
            let end = ends.get_mut(&handle).expect("a stream");
            let (Some(&rest), Some(room)) = (end.waiting.front(), streams.room(handle)) else { return };
            if room == 0 && rest > 0 {
                return;
            }
            end.waiting.pop_front();
            let bytes = rest.min(room);
            let has_more = bytes < rest;
            if has_more {
                end.waiting.push_front(rest - bytes);
            }
            streams.sent(handle, bytes);
            let frame = Frame::Data { number: streams.number(handle).expect("a stream"), bytes, has_more };
            self.tell(n, frame);
        }
    }

    fn take(&mut self, n: usize, handle: Handle) {
        if let Some(cost) = self.0[n].ends.get_mut(&handle).and_then(|end| end.untaken.pop_front()) {
            self.credit(n, handle, cost);
        }
    }

    fn credit(&mut self, n: usize, handle: Handle, cost: u32) {
        let streams = &mut self.0[n].streams;
        let credit = streams.taken(handle, cost);
        if credit > 0 {
            let frame = Frame::Credit { number: streams.number(handle).expect("a stream"), credit };
            self.tell(n, frame);
        }
    }

    fn close(&mut self, n: usize, handle: Handle) {
        let Owner { streams, ends, .. } = &mut self.0[n];
        if streams.close(handle).is_some() {
            ends.get_mut(&handle).expect("a stream").wants_close = true;
            self.pump(n, handle);
        }
    }

    fn hear(&mut self, n: usize) -> bool {
        let Owner { streams, ends, inbox } = &mut self.0[n];
        let Some(frame) = inbox.pop_front() else { return false };
        match frame {
            Frame::Dial { number, credit } => {
                let handle = streams.dialled(PEER, number, credit.into());
                let answer = match handle {
                    Ok(handle) => {
                        assert!(streams.accept(handle));
                        ends.insert(handle, End::default());
                        let credit = streams.first_credit(handle);
                        Frame::Accept { number: number | DIALLED_BY_RECEIVER, credit }
                    }
                    Err(refused) => {
                        assert_eq!(refused, Refused::Limit);
                        Frame::Close { number: number | DIALLED_BY_RECEIVER }
                    }
                };
                self.tell(n, answer);
            }
            Frame::Accept { number, credit } => {
                let handle = streams.find(PEER, number).expect("nobody ends a dial that is not answered");
                let was_dialling = streams.state(handle) == Some(State::Dialling);
                assert_eq!(streams.accepted(handle, credit.into()), was_dialling);
            }
            Frame::Data { number, bytes, has_more } => {
                let Some(handle) = streams.find(PEER, number) else { return true };
                let received = streams.received(handle, bytes, has_more, false);
                let due = streams.due(handle);
                match received {
                    Received::Ignored => self.credit(n, handle, due),
                    Received::Part => {
                        ends.get_mut(&handle).expect("a stream").unfinished += bytes;
                        self.credit(n, handle, 0);
                    }
                    Received::Whole => {
                        let end = ends.get_mut(&handle).expect("a stream");
                        end.heard.push(std::mem::take(&mut end.unfinished) + bytes);
                        end.untaken.push_back(due);
                    }
                    fault @ (Received::Violation | Received::TooBig) => panic!("{fault:?}"),
                }
            }
            Frame::Credit { number, credit } => {
                if let Some(handle) = streams.find(PEER, number) {
                    assert!(streams.credited(handle, credit.into()));
                    self.pump(n, handle);
                }
            }
            Frame::Close { number } => {
                if let Some(handle) = streams.find(PEER, number) {
                    ends.get_mut(&handle).expect("a stream").waiting.clear();
                    self.close(n, handle);
                    self.pump(n, handle);
                    self.0[n].streams.end(handle);
                }
            }
        }
        true
    }
}

#[derive(Clone, Debug)]
enum Step {
    Dial(usize),
    Say(usize, u8, u32),
    Take(usize, u8),
    Hear(usize, u8),
    Close(usize, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let n = 0..2_usize;
    let bytes = prop_oneof![0..100_u32, 0..200_000_u32, Just(PART_MAX), Just(WINDOW_MAX * 2)];
    vec(
        prop_oneof![
            2 => n.clone().prop_map(Step::Dial),
            6 => (n.clone(), any::<u8>(), bytes).prop_map(|(n, which, bytes)| Step::Say(n, which, bytes)),
            6 => (n.clone(), any::<u8>()).prop_map(|(n, which)| Step::Take(n, which)),
            9 => (n.clone(), 1..8_u8).prop_map(|(n, count)| Step::Hear(n, count)),
            1 => (n, any::<u8>()).prop_map(|(n, which)| Step::Close(n, which)),
        ],
        0..200,
    )
}

proptest! {
    /// Whatever happens in whatever order, no end breaks a rule, and when both read everything, what
    /// was said on streams that nobody closed has arrived, in order.
    #[test]
    fn nothing_is_lost_and_nothing_stands_still(steps in steps()) {
        let mut world = World([Owner::default(), Owner::default()]);
        for step in steps {
            match step {
                Step::Dial(n) => world.dial(n),
                Step::Say(n, which, bytes) => {
                    world.any(n, which).into_iter().for_each(|handle| world.say(n, handle, bytes));
                }
                Step::Take(n, which) => world.any(n, which).into_iter().for_each(|handle| world.take(n, handle)),
                Step::Hear(n, count) => (0..count).for_each(|_| _ = world.hear(n)),
                Step::Close(n, which) => world.any(n, which).into_iter().for_each(|handle| world.close(n, handle)),
            }
            for Owner { streams, .. } in &world.0 {
                let windows: u32 = streams.with(PEER).map(|handle| streams.first_credit(handle)).sum();
                prop_assert!(windows <= WINDOWS_MAX);
            }
        }
        loop {
            let mut moved = world.hear(0) | world.hear(1);
            for n in 0..2 {
                let full: Vec<_> = world.0[n].ends.iter().filter(|(_, end)| !end.untaken.is_empty()).map(|(h, _)| *h).collect();
                moved |= !full.is_empty();
                full.into_iter().for_each(|handle| world.take(n, handle));
            }
            if !moved {
                break;
            }
        }
        let [a, b] = &world.0;
        let mut open = 0;
        for (handle, end) in &a.ends {
            let state = a.streams.state(*handle);
            prop_assert!(matches!(state, None | Some(State::Open)), "nothing stands still: {:?}", state);
            if state.is_none() {
                continue;
            }
            let number = a.streams.number(*handle).expect("a stream");
            let other = &b.ends[&b.streams.find(PEER, number).expect("both agree that it is open")];
            prop_assert_eq!(&end.said, &other.heard);
            prop_assert_eq!(&other.said, &end.heard);
            open += 1;
        }
        prop_assert_eq!((a.streams.len(), b.streams.len()), (open, open), "both agree which have ended");
    }

    /// Nothing that a peer says makes it panic, or take more than it grants.
    #[test]
    fn a_peer_may_say_anything(
        frames in vec((0..8_u32, 0..6_u8, any::<u32>(), any::<bool>(), any::<bool>(), -2.0..3e9_f64), 0..300),
    ) {
        let mut streams = Streams::default();
        for (number, what, bytes, has_more, is_text, credit) in frames {
            let number = if is_text { number } else { number | DIALLED_BY_RECEIVER };
            let handle = streams.find(PEER, number).unwrap_or(0);
            match what {
                0 => { streams.dial(PEER); }
                1 => { let _ = streams.dialled(PEER, number, credit); }
                2 => { streams.accepted(handle, credit.trunc()); streams.accept(handle); }
                3 => { streams.received(handle, bytes % 70_000, has_more, is_text); streams.taken(handle, bytes); }
                4 => { streams.credited(handle, credit); }
                _ => streams.end(handle),
            }
            prop_assert!(streams.len() <= STREAMS_PER_PEER);
            for handle in streams.with(PEER) {
                prop_assert!(streams.first_credit(handle) <= WINDOW_MAX);
                prop_assert!(streams.room(handle).is_none_or(|room| room <= PART_MAX));
            }
        }
    }
}

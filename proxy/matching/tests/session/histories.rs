//! Two sessions, and somebody in between, all of whom do what a fuzzer chooses.

use std::collections::BTreeSet;

use nws_matching::{Refusal, Role, SessionConfig};
use nws_protocol::link::LinkFrame;

use crate::bytes::Bytes;
use crate::pair::Pair;
use crate::side::{Side, config};

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];
const SLOTS_MAX: u16 = 8;

/// Slots that are used up after some steps, and such as last.
const LIFETIMES: [u16; 2] = [12, 1024];

struct World<'a> {
    bytes: Bytes<'a>,
    pair: Pair,
    /// What each side is in, and what it has ever been in.
    offered: [BTreeSet<&'static str>; 2],
    ever: [BTreeSet<&'static str>; 2],
    /// Whether whoever stands in between has only passed on what came.
    is_honest: bool,
    is_lasting: bool,
}

/// Lets happen what the bytes say, and looks after each step whether it was right to match what was matched.
pub(crate) fn run(input: &[u8]) {
    let mut world = World::new(Bytes::new(input));
    while !world.bytes.is_empty() {
        if let Err(refusal) = world.step() {
            assert!(!world.is_honest, "honest sides refuse each other: {refusal}");
            return;
        }
        world.judge();
    }
    world.end();
}

impl<'a> World<'a> {
    fn new(mut bytes: Bytes<'a>) -> Self {
        let lifetime_max = LIFETIMES[bytes.below(2)];
        let side = |role, seed| Side::new(SessionConfig { lifetime_max, ..config(role, SLOTS_MAX) }, seed);
        Self {
            bytes,
            pair: Pair { one: side(Role::Initiator, 1), two: side(Role::Responder, 2) },
            offered: Default::default(),
            ever: Default::default(),
            is_honest: true,
            is_lasting: lifetime_max == LIFETIMES[1],
        }
    }

    fn step(&mut self) -> Result<(), Refusal> {
        let (what, second) = (self.bytes.below(16), self.bytes.below(2));
        match what {
            0..3 => self.offer(second),
            3 => {
                let name = self.name();
                self.offered[second].remove(name);
                self.pair.sides(second == 1).0.linger([name]);
            }
            4 => {
                let name = self.name();
                self.offered[second].remove(name);
                self.pair.sides(second == 1).0.withdraw(name);
            }
            5..9 => self.deliver(second == 1)?,
            9 | 10 => {
                let count = self.bytes.power(8);
                self.pair.sides(second == 1).0.grant(count);
            }
            11 | 12 => {
                let which = self.bytes.below(3);
                self.pair.sides(second == 1).0.work(which)?;
            }
            13 => {
                let name = self.name();
                self.pair.sides(second == 1).0.speak(name);
            }
            14 => {
                for _ in 0..16 {
                    self.pair.sides(second == 1).0.grant(64);
                    self.pair.sides(second == 1).0.work(0)?;
                    self.deliver(second == 1)?;
                }
            }
            _ => self.tamper(second == 1),
        }
        Ok(())
    }

    fn name(&mut self) -> &'static str {
        self.bytes.pick(NAMES.into_iter()).unwrap_or_default()
    }

    fn offer(&mut self, second: usize) {
        let name = self.name();
        self.offered[second].insert(name);
        self.ever[second].insert(name);
        self.pair.sides(second == 1).0.offer([name]);
    }

    fn deliver(&mut self, second: bool) -> Result<(), Refusal> {
        let (from, _) = self.pair.sides(second);
        // Who breaks the matching breaks what is said too.
        if !self.is_honest && from.sent.front().is_some_and(|frame| is_data(frame)) {
            from.sent.pop_front();
            return Ok(());
        }
        self.pair.deliver(second)
    }

    /// Somebody changes what one side has sent, or says something in its place.
    fn tamper(&mut self, second: bool) {
        let how = self.bytes.below(7);
        self.is_honest = false;
        let (at, slot, piece) = (self.bytes.byte(), u16::from(self.bytes.byte()), self.bytes.piece());
        let (from, to) = self.pair.sides(second);
        let at_in = |len: usize| usize::from(at) % len.max(1);
        let frame = match how {
            0 => return drop(from.sent.pop_front()),
            1 => {
                if let Some(byte) = from.sent.front_mut().and_then(|frame| {
                    let at = at_in(frame.len());
                    frame.get_mut(at)
                }) {
                    *byte ^= 1 << (slot % 8);
                }
                return;
            }
            2 => {
                if from.sent.len() > 1 {
                    let at = at_in(from.sent.len());
                    from.sent.swap(0, at);
                }
                return;
            }
            // Something that either side has said before.
            3 => from.log.get(at_in(from.log.len())).cloned(),
            4 => to.log.get(at_in(to.log.len())).cloned(),
            5 => Some(LinkFrame::Leave { slot }.to_bytes()),
            _ => Some(piece.to_vec()),
        };
        from.sent.extend(frame.filter(|frame| !is_data(frame)));
    }

    fn judge(&mut self) {
        for (side, ever) in [(&self.pair.one, &self.ever), (&self.pair.two, &self.ever)] {
            assert!(
                side.names().iter().all(|name| ever[0].contains(name) && ever[1].contains(name)),
                "what one side never was in is matched"
            );
        }
    }

    /// What both sides are in is matched in the end.
    fn end(mut self) {
        if !self.is_honest {
            return;
        }
        self.pair.settle().expect("honest sides do not refuse each other");
        self.judge();
        self.pair.assert_agreement();
        let mut shared = self.offered[0].intersection(&self.offered[1]);
        let names = self.pair.one.names();
        assert!(!self.is_lasting || shared.all(|name| names.contains(name)), "what is shared is not matched");
    }
}

fn is_data(frame: &[u8]) -> bool {
    matches!(LinkFrame::parse(frame), Ok(LinkFrame::Data { .. }))
}

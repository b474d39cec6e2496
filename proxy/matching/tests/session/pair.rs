//! Two sessions, and the link between them.

use nws_matching::{Refusal, Role};

use crate::side::{Side, config};

pub(crate) struct Pair {
    pub(crate) one: Side,
    pub(crate) two: Side,
}

impl Pair {
    pub(crate) fn new(slots_max: u16) -> Self {
        let one = Side::new(config(Role::Initiator, slots_max), 1);
        Self { one, two: Side::new(config(Role::Responder, slots_max), 2) }
    }

    /// The side with this number, and the other.
    pub(crate) fn sides(&mut self, second: bool) -> (&mut Side, &mut Side) {
        if second { (&mut self.two, &mut self.one) } else { (&mut self.one, &mut self.two) }
    }

    /// The next frame from one side arrives at the other.
    pub(crate) fn deliver(&mut self, second: bool) -> Result<(), Refusal> {
        let (from, to) = self.sides(second);
        from.sent.pop_front().map_or(Ok(()), |frame| to.receive(&frame))
    }

    /// Everything arrives, is granted and carried out, until nothing is left to do.
    pub(crate) fn settle(&mut self) -> Result<(), Refusal> {
        loop {
            self.one.grant(64);
            self.two.grant(64);
            if !self.step()? && self.one.waiting == 0 && self.two.waiting == 0 {
                return Ok(());
            }
        }
    }

    /// Everything arrives, and what is granted is carried out.
    pub(crate) fn pass_on(&mut self) -> Result<(), Refusal> {
        while self.step()? {}
        Ok(())
    }

    /// Gives whether there was anything to do.
    fn step(&mut self) -> Result<bool, Refusal> {
        let mut is_still = true;
        for second in [false, true] {
            let (side, _) = self.sides(second);
            is_still &= side.sent.is_empty() && side.works.is_empty();
            side.work(0)?;
            self.deliver(second)?;
        }
        Ok(!is_still)
    }

    /// Both sides have matched the same, and hear each other.
    pub(crate) fn assert_agreement(&mut self) {
        let mirrored: Vec<_> =
            self.two.matched.iter().map(|(name, &(own, peer))| (name, (peer, own))).collect();
        assert_eq!(self.one.matched.iter().map(|(name, &slots)| (name, slots)).collect::<Vec<_>>(), mirrored);
        for name in self.one.names().into_iter().map(str::to_owned).collect::<Vec<_>>() {
            self.one.speak(&name);
            self.two.speak(&name);
        }
        self.settle().unwrap();
    }
}

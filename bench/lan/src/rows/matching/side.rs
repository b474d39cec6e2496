//! One session of matching, and its cost.

use std::collections::VecDeque;

use anyhow::Result;
use nws_matching::{Input, Output, Role, Session, SessionConfig, Work};
use nws_protocol::link::LinkFrame;
use nws_protocol::{ChannelName, ProxyId};
use nws_report::lan::SideCost;
use rustix::time::{ClockId, clock_gettime};

/// A session, with the state that its proxy keeps for it.
pub(super) struct Side {
    session: Session,
    /// The channels that it offers, until the other side is ready.
    names: Vec<ChannelName>,
    sent: VecDeque<Vec<u8>>,
    works: VecDeque<Work>,
    waiting: usize,
    pub(super) matched: usize,
    pub(super) cost: Cost,
}

#[derive(Default)]
pub(super) struct Cost {
    /// CPU seconds of arithmetic, which a proxy computes on other threads.
    work: f64,
    /// Other CPU seconds.
    session: f64,
    /// CPU seconds for each message with tags of the other side. They are included above.
    pub(super) tags: Vec<f64>,
    frames: usize,
    bytes: usize,
}

impl Cost {
    pub(super) fn report(&self) -> SideCost {
        let Self { work, session, frames, bytes, .. } = *self;
        SideCost { work_ms: work * 1e3, session_ms: session * 1e3, frames, bytes }
    }
}

impl Side {
    pub(super) fn new(role: Role, names: Vec<ChannelName>) -> Result<Self> {
        let (initiator, responder) = (ProxyId::from_digest(&[1; 32]), ProxyId::from_digest(&[2; 32]));
        let (config, seed) = match role {
            Role::Initiator => (SessionConfig::new(role, [7; 32], initiator, responder), 1),
            Role::Responder => (SessionConfig::new(role, [7; 32], responder, initiator), 2),
        };
        let mut side = Self {
            session: Session::new(config, [seed; 32]),
            names,
            sent: VecDeque::new(),
            works: VecDeque::new(),
            waiting: 0,
            matched: 0,
            cost: Cost::default(),
        };
        side.drain()?;
        Ok(side)
    }

    pub(super) fn has_something_to_do(&self) -> bool {
        !self.sent.is_empty() || !self.works.is_empty() || self.waiting > 0
    }

    /// Grants what is asked for, runs one piece of work, and passes what it sends to the other
    /// side.
    pub(super) fn turn(&mut self, other: &mut Self) -> Result<()> {
        let granted = std::mem::take(&mut self.waiting);
        if granted > 0 {
            self.handle(Input::Grant(granted))?;
        }
        if let Some(work) = self.works.pop_front() {
            let start = cpu();
            let finished = work.run();
            self.cost.work += cpu() - start;
            self.handle(Input::Done(finished))?;
        }
        while let Some(frame) = self.sent.pop_front() {
            self.cost.frames += 1;
            self.cost.bytes += frame.len();
            other.handle(Input::Frame(&frame))?;
        }
        Ok(())
    }

    fn handle(&mut self, input: Input<'_>) -> Result<()> {
        let has_tags = matches!(&input, Input::Frame(bytes) if matches!(LinkFrame::parse(bytes), Ok(LinkFrame::Tags { .. })));
        let start = cpu();
        self.session.handle(input)?;
        self.drain()?;
        let taken = cpu() - start;
        self.cost.session += taken;
        self.cost.tags.extend(has_tags.then_some(taken));
        Ok(())
    }

    fn drain(&mut self) -> Result<()> {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Send(frame) => self.sent.push_back(frame),
                Output::Ready => self.offer()?,
                Output::Waiting(count) => self.waiting += count,
                Output::Work(work) => self.works.push_back(work),
                Output::Matched { .. } => self.matched += 1,
                Output::Left { .. } | Output::Searched { .. } | Output::Exhausting => {}
            }
        }
        Ok(())
    }

    /// Offers all channels before the session goes on, so that they are padded together.
    fn offer(&mut self) -> Result<()> {
        for name in std::mem::take(&mut self.names) {
            self.session.handle(Input::Offer(name))?;
        }
        Ok(())
    }
}

/// CPU seconds of this thread.
fn cpu() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

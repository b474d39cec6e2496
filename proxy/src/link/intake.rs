//! Limits what is read from the other side: little before a channel is matched, and whole messages
//! after that.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

use nws_matching::Allowance;
use nws_protocol::limits::LINK_UNHEARD_MAX;

/// The limit of one connection. Its bytes and its messages are read in two places, which share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Intake(Rc<RefCell<IntakeState>>);

#[derive(Debug)]
struct IntakeState {
    /// The allowance until a channel is matched.
    allowance: Option<Allowance>,
    /// Bytes that have come since the last message was complete.
    unheard: usize,
}

/// More than a proxy sends that keeps to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum TooMuch {
    /// Before a channel was matched.
    #[error("too much was said before a channel was matched")]
    Early,
    /// Without the end of a message.
    #[error("a message has no end")]
    Endless,
}

impl Default for IntakeState {
    fn default() -> Self {
        Self { allowance: Some(Allowance::default()), unheard: 0 }
    }
}

impl Intake {
    /// A channel is matched from now on.
    pub(super) fn lift_allowance(&self) {
        self.0.borrow_mut().allowance = None;
    }

    /// Gives whether a channel is matched, or was.
    pub(super) fn is_matched(&self) -> bool {
        self.0.borrow().allowance.is_none()
    }

    /// A message is complete.
    pub(super) fn has_message(&self) {
        self.0.borrow_mut().unheard = 0;
    }

    /// Counts a frame.
    pub(super) fn takes_frame(&self) -> Result<(), TooMuch> {
        self.takes(|allowance| allowance.takes_frame(Instant::now()))
    }

    /// Counts bytes.
    pub(super) fn takes_bytes(&self, count: usize) -> Result<(), TooMuch> {
        self.takes(|allowance| allowance.takes_bytes(count, Instant::now()))?;
        let unheard = &mut self.0.borrow_mut().unheard;
        *unheard += count;
        if *unheard > LINK_UNHEARD_MAX { Err(TooMuch::Endless) } else { Ok(()) }
    }

    fn takes(&self, takes: impl FnOnce(&mut Allowance) -> bool) -> Result<(), TooMuch> {
        match self.0.borrow_mut().allowance.as_mut().is_none_or(takes) {
            true => Ok(()),
            false => Err(TooMuch::Early),
        }
    }
}

//! The matching of one link: its state machine, and what that has computed elsewhere.

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use nws_core::Kept;
use nws_matching::{Finished, Input, Output, PeerSlot, Session, SessionConfig, Work};
use nws_protocol::limits::KEPT_PER_SLOT;
use nws_protocol::link::Slot;
use tokio::task::JoinError;

use super::end::End;
use crate::guard::guarded;
use crate::workers::Workers;

/// Slots of a piece of work up to which it is done at once: it takes a millisecond or two then, less than
/// a hand-over is worth.
const INLINE_MAX: usize = 16;

/// A session, whose arithmetic is done as it comes.
pub(super) struct Matching {
    session: Session,
    arithmetic: Workers,
    /// At most one piece of each kind.
    works: FuturesUnordered<LocalBoxFuture<'static, Result<Finished, JoinError>>>,
    /// Slots that the other side has asked for.
    asked: usize,
    kept_for_asked: Kept,
}

impl Matching {
    /// Nothing is matched yet. What the other side asks for counts in `kept_for_asked`.
    pub(super) fn new(
        config: SessionConfig,
        seed: [u8; 32],
        arithmetic: Workers,
        kept_for_asked: Kept,
    ) -> Self {
        let session = Session::new(config, seed);
        Self { session, arithmetic, works: FuturesUnordered::new(), asked: 0, kept_for_asked }
    }

    /// Tells the session something. What follows from it is told by [`Self::poll_output`].
    pub(super) fn handle(&mut self, input: Input<'_>) -> Result<(), End> {
        Ok(guarded(|| self.session.handle(input))?)
    }

    /// What the session wants done next, all but arithmetic.
    pub(super) fn poll_output(&mut self) -> Result<Option<Output>, End> {
        loop {
            match guarded(|| self.session.poll_output()) {
                Some(Output::Work(work)) => self.compute(work)?,
                Some(Output::Waiting(count)) => {
                    self.asked += count;
                    self.kept_for_asked.set(self.asked * KEPT_PER_SLOT)?;
                    return Ok(Some(Output::Waiting(count)));
                }
                output => return Ok(output),
            }
        }
    }

    /// Waits for the end of arithmetic, and tells the session. `None` where there is none.
    pub(super) async fn computed(&mut self) -> Option<Result<(), End>> {
        match self.works.next().await? {
            Ok(finished) => Some(self.handle(Input::Done(finished))),
            Err(error) => Some(Err(error.into())),
        }
    }

    /// What a slot of the other side stands for.
    pub(super) fn peer_slot(&self, slot: Slot) -> PeerSlot {
        self.session.peer_slot(slot)
    }

    fn compute(&mut self, work: Work) -> Result<(), End> {
        if work.weight() <= INLINE_MAX {
            return self.handle(Input::Done(work.run()));
        }
        self.works.push(Box::pin(self.arithmetic.clone().run(move || work.run())));
        Ok(())
    }
}

//! The matching of one link: its state machine, and its arithmetic on other threads.

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

/// Slots in a piece of work up to which it is computed at once. That takes a millisecond or two,
/// less than moving the work to another thread costs.
const INLINE_MAX: usize = 16;

/// A session of matching, with the arithmetic that it has asked for.
pub(super) struct Matching {
    session: Session,
    arithmetic: Workers,
    /// At most one piece of work of each kind.
    works: FuturesUnordered<LocalBoxFuture<'static, Result<Finished, JoinError>>>,
    /// Slots that the other side has asked for.
    asked: usize,
    kept_for_asked: Kept,
}

impl Matching {
    /// A matching of which nothing is matched yet. What the other side asks for counts in
    /// `kept_for_asked`.
    pub(super) fn new(
        config: SessionConfig,
        seed: [u8; 32],
        arithmetic: Workers,
        kept_for_asked: Kept,
    ) -> Self {
        let session = Session::new(config, seed);
        Self { session, arithmetic, works: FuturesUnordered::new(), asked: 0, kept_for_asked }
    }

    /// Passes an input to the session. [`Self::poll_output`] gives what follows from it.
    pub(super) fn handle(&mut self, input: Input<'_>) -> Result<(), End> {
        Ok(guarded(|| self.session.handle(input))?)
    }

    /// The next output of the session, except arithmetic.
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

    /// Waits for the end of arithmetic, and passes the result to the session. `None` when there is
    /// none.
    pub(super) async fn computed(&mut self) -> Option<Result<(), End>> {
        match self.works.next().await? {
            Ok(finished) => Some(self.handle(Input::Done(finished))),
            Err(error) => Some(Err(error.into())),
        }
    }

    /// The state of a slot of the other side.
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

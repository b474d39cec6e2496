//! Group arithmetic, which is too slow for the thread that serves sockets.

use std::fmt;
use std::sync::Arc;

use nws_protocol::link::Element;
use zeroize::Zeroizing;

use crate::keys::{Keys, Proofs, Transcript};
use crate::oprf::{Blind, InvalidElement};
use crate::random::Random;

/// The bytes of a name: that of a channel, or a made-up one.
pub(crate) type Name = Zeroizing<Vec<u8>>;

/// Group arithmetic of a [`Session`](crate::Session). It takes about 0.2 ms for each slot, and may
/// be done on any thread.
pub struct Work {
    keys: Arc<Keys>,
    task: Task,
}

/// The result of a [`Work`].
pub struct Finished(pub(crate) Outcome);

pub(crate) enum Task {
    /// Blinds names.
    Blind { names: Vec<Name>, random: Random },
    /// Evaluates elements that the other side has blinded.
    Evaluate { blinded: Vec<Element> },
    /// Makes proofs from the evaluations of the other side.
    Prove { asked: Vec<Asked>, transcript: Transcript },
}

/// One name that the other side has evaluated.
pub(crate) struct Asked {
    pub(crate) name: Name,
    pub(crate) blind: Blind,
    pub(crate) evaluation: Element,
}

pub(crate) enum Outcome {
    Blinded(Vec<(Blind, Element)>),
    Evaluated(Result<Vec<Element>, InvalidElement>),
    Proven(Result<Vec<Proofs>, InvalidElement>),
}

impl Work {
    pub(crate) fn new(keys: &Arc<Keys>, task: Task) -> Self {
        Self { keys: Arc::clone(keys), task }
    }

    /// The number of slots for which this work is: at most 64.
    #[must_use]
    pub fn weight(&self) -> usize {
        match &self.task {
            Task::Blind { names, .. } => names.len(),
            Task::Evaluate { blinded } => blinded.len(),
            Task::Prove { asked, .. } => asked.len(),
        }
    }

    /// Finishes it without arithmetic, at no cost, as a simulation of many proxies needs it: those who
    /// know a name match it, and nothing is hidden. Both sides of a link have to do it.
    #[cfg(feature = "pretend")]
    #[must_use]
    pub fn pretend(self) -> Finished {
        let keys = self.keys;
        Finished(match self.task {
            Task::Blind { names, .. } => {
                Outcome::Blinded(names.iter().map(|_| (Blind::pretended(), [0; _])).collect())
            }
            Task::Evaluate { blinded } => Outcome::Evaluated(Ok(blinded)),
            Task::Prove { asked, .. } => {
                Outcome::Proven(Ok(asked.iter().map(|one| keys.pretended(&one.name)).collect()))
            }
        })
    }

    /// Does the work.
    #[must_use]
    pub fn run(self) -> Finished {
        let keys = self.keys;
        Finished(match self.task {
            Task::Blind { names, mut random } => {
                let blind = |name: &Name| Blind::new(&keys.asked(name), &mut random);
                Outcome::Blinded(names.iter().map(blind).collect())
            }
            Task::Evaluate { blinded } => {
                Outcome::Evaluated(blinded.iter().map(|element| keys.own.evaluate(element)).collect())
            }
            Task::Prove { asked, transcript } => {
                let prove = |one: &Asked| keys.proofs(&transcript, &one.name, &one.blind, &one.evaluation);
                Outcome::Proven(asked.iter().map(prove).collect())
            }
        })
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").field("weight", &self.weight()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Finished").finish_non_exhaustive()
    }
}

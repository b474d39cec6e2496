//! Arithmetic that is too slow for the thread that serves sockets.

use std::fmt;
use std::sync::Arc;

use nws_protocol::link::Element;
use zeroize::Zeroizing;

use crate::keys::{Keys, Proofs, Transcript};
use crate::oprf::{Blind, InvalidElement};
use crate::random::Random;

/// Bytes of a name: a real one, or a random one that stands for none.
pub(crate) type Name = Zeroizing<Vec<u8>>;

/// Group arithmetic of a [`Session`](crate::Session), about 0.2 ms a slot. It may be carried out on any thread.
pub struct Work {
    keys: Arc<Keys>,
    task: Task,
}

/// What came out of a [`Work`].
pub struct Finished(pub(crate) Outcome);

pub(crate) enum Task {
    /// Hides names.
    Blind { names: Vec<Name>, random: Random },
    /// Evaluates what the other side has hidden.
    Evaluate { blinded: Vec<Element> },
    /// Makes proofs out of what the other side has evaluated.
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

    /// For how many slots it is: at most 64.
    #[must_use]
    pub fn weight(&self) -> usize {
        match &self.task {
            Task::Blind { names, .. } => names.len(),
            Task::Evaluate { blinded } => blinded.len(),
            Task::Prove { asked, .. } => asked.len(),
        }
    }

    /// Carries it out.
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

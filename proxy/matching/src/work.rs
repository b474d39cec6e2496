//! Arithmetic that is too slow for the thread that serves sockets.

use std::fmt;

/// Group arithmetic of a [`Session`](crate::Session), about 0.2 ms a slot. It may be carried out on any thread.
pub struct Work {}

/// What came out of a [`Work`].
pub struct Finished {}

impl Work {
    /// For how many slots it is.
    #[must_use]
    pub fn weight(&self) -> usize {
        todo!()
    }

    /// Carries it out.
    #[must_use]
    pub fn run(self) -> Finished {
        todo!()
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

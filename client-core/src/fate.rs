//! What becomes of what a page sends.

use crate::numbered::numbered;

numbered! {
    /// What becomes of a frame.
    pub enum Fate {
        /// The browser's socket gets it.
        Sent = 0,
        /// It waits for the next connection.
        Queued = 1,
        /// The socket has ended, so it is thrown away.
        Discarded = 2,
    }
}

//! Names the actions of frames.

use crate::numbered::numbered;

numbered! {
    /// What a frame is about. Binary frames have the same numbers for broadcasts and messages.
    pub enum Action {
        /// A later proxy may have more.
        Later = 0,
        /// A peer says something to all.
        Broadcast = 1,
        /// A peer says something to this one alone.
        Message = 2,
        /// A peer is here.
        Connect = 3,
        /// A peer has left.
        Disconnect = 4,
        /// The own id, and what the proxy takes.
        Status = 5,
        /// A frame of the page was refused.
        Error = 6,
        /// The frame cannot be read.
        Unreadable = 7,
        /// All peers that were here have been named.
        Welcome = 8,
        /// A frame of a stream.
        Stream = 9,
    }
}

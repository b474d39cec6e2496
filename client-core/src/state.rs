//! The states of a socket.

use crate::numbered::numbered;

numbered! {
    /// The state of a socket, as the DOM numbers them.
    pub enum ReadyState {
        /// It is not open yet.
        Connecting = 0,
        /// It can send.
        Open = 1,
        /// The page has closed it.
        Closing = 2,
        /// It has ended.
        Closed = 3,
    }
}

//! The codes of `close` events that no `close` event of the browser's stands for.

use nws_protocol::CloseCode;

use crate::close::Farewell;

/// Stands for a code when none was given.
const NO_STATUS: u16 = 1005;
/// The connection was lost, or never was.
pub(crate) const ABNORMAL: u16 = 1006;
/// A peer has left.
pub(crate) const GOING_AWAY: u16 = CloseCode::GoingAway.number();

impl Farewell {
    /// The code that a `close` event shows.
    pub(crate) fn shown_code(&self) -> u16 {
        self.code.unwrap_or(NO_STATUS)
    }
}

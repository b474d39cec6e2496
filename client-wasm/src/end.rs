//! How a socket ended.

use js_sys::JsString;
use nws_protocol::CloseCode;

use crate::close::Farewell;

/// Stands for a code when none was given.
const NO_STATUS: u16 = 1005;
/// Stands for a code when the connection was lost.
const ABNORMAL: u16 = 1006;

/// What a `close` event says.
pub(crate) struct End {
    pub(crate) code: u16,
    pub(crate) reason: JsString,
    pub(crate) clean: bool,
}

impl End {
    /// The end of a connection that never was, or is no more.
    pub(crate) fn abnormal() -> Self {
        Self { code: ABNORMAL, reason: "".into(), clean: false }
    }

    /// The end of a peer that has left.
    pub(crate) fn departure() -> Self {
        Self { code: CloseCode::GoingAway.number(), reason: "".into(), clean: true }
    }
}

impl Farewell {
    /// The code that a `close` event shows.
    pub(crate) fn shown_code(&self) -> u16 {
        self.code.unwrap_or(NO_STATUS)
    }
}

//! Checks the code and the reason that a page gives when it closes a socket (WHATWG WebSockets,
//! section 3.1, `close`), and names the codes of `close` events that the browser itself does not
//! fire.

use nws_protocol::CloseCode;

/// Bytes of a 125-byte control frame that remain after the code.
const REASON_MAX: usize = 123;

/// Shown when no code was given.
const NO_STATUS: u16 = 1005;
/// The connection was lost, or there never was one.
pub(crate) const ABNORMAL: u16 = 1006;
/// A peer has left.
pub(crate) const GOING_AWAY: u16 = CloseCode::GoingAway.number();

/// A code and a reason that a page may give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CloseArguments {
    pub(crate) code: Option<u16>,
    pub(crate) reason: String,
}

/// The reason why a code or a reason is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Code,
    Reason,
}

impl CloseArguments {
    pub(crate) fn new(code: Option<f64>, reason: Option<String>) -> Result<Self, Refusal> {
        let code = code.map(clamp);
        if code.is_some_and(|code| !CloseCode::is_allowed_to_pages(code)) {
            return Err(Refusal::Code);
        }
        let reason = reason.unwrap_or_default();
        if reason.len() > REASON_MAX {
            return Err(Refusal::Reason);
        }
        // In a frame, a reason needs a code before it.
        let code = code.or((!reason.is_empty()).then_some(CloseCode::Normal.number()));
        Ok(Self { code, reason })
    }

    /// The code that a `close` event shows.
    pub(crate) fn shown_code(&self) -> u16 {
        self.code.unwrap_or(NO_STATUS)
    }
}

/// `[Clamp] unsigned short` of WebIDL. A cast saturates, and makes 0 of NaN.
fn clamp(number: f64) -> u16 {
    number.round_ties_even() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(number: f64) -> Result<Option<u16>, Refusal> {
        CloseArguments::new(Some(number), None).map(|arguments| arguments.code)
    }

    #[test]
    fn codes_of_pages() {
        for good in [1000, 3000, 4999] {
            assert_eq!(code(f64::from(good)), Ok(Some(good)));
        }
        for bad in [0.0, 999.0, 1001.0, 1005.0, 2999.0, 5000.0, 66_536.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(code(bad), Err(Refusal::Code), "{bad}");
        }
        assert_eq!(CloseArguments::new(None, None), Ok(CloseArguments { code: None, reason: String::new() }));
    }

    #[test]
    fn codes_are_rounded_to_even() {
        assert_eq!(code(1000.5), Ok(Some(1000)));
        assert_eq!(code(999.5), Ok(Some(1000)));
        assert_eq!(code(4999.5), Err(Refusal::Code));
    }

    #[test]
    fn a_reason_needs_a_code() {
        let code =
            |reason: &str| CloseArguments::new(None, Some(reason.into())).map(|arguments| arguments.code);
        assert_eq!(code("why"), Ok(Some(1000)));
        assert_eq!(code(""), Ok(None));
    }

    #[test]
    fn reasons_count_bytes() {
        let reason = |text: String| {
            CloseArguments::new(Some(1000.0), Some(text)).map(|arguments| arguments.reason.len())
        };
        assert_eq!(reason("é".repeat(61)), Ok(122));
        assert_eq!(reason("é".repeat(62)), Err(Refusal::Reason));
    }
}

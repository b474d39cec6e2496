//! Checks the code and the reason that a page gives when it closes a socket (WHATWG WebSockets,
//! section 3.1, `close`), and names the codes of `close` events that the browser itself does not
//! fire.

use nws_protocol::CloseCode;

/// Bytes of a 125-byte control frame that remain after the code.
const REASON_MAX: usize = 123;

/// Shown when no code was given.
pub const NO_STATUS: u16 = 1005;
/// The connection was lost, or there never was one.
pub const ABNORMAL: u16 = 1006;
/// A peer has left.
pub const GOING_AWAY: u16 = CloseCode::GoingAway.number();

/// Why a code or a reason is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A page may not give this code.
    Code,
    /// The reason is too long.
    Reason,
}

/// The code that a `close` event shows where a page has closed a socket with these.
///
/// # Errors
///
/// A [`Refusal`] when a page may not give them.
pub fn close_code(code: Option<f64>, reason: &str) -> Result<u16, Refusal> {
    let code = code.map(clamp);
    if code.is_some_and(|code| !CloseCode::is_allowed_to_pages(code)) {
        return Err(Refusal::Code);
    }
    if reason.len() > REASON_MAX {
        return Err(Refusal::Reason);
    }
    // In a frame, a reason needs a code before it.
    Ok(code.unwrap_or(if reason.is_empty() { NO_STATUS } else { CloseCode::Normal.number() }))
}

/// `[Clamp] unsigned short` of WebIDL. A cast saturates, and makes 0 of NaN.
fn clamp(number: f64) -> u16 {
    number.round_ties_even() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_pages() {
        for good in [1000, 3000, 4999] {
            assert_eq!(close_code(Some(f64::from(good)), ""), Ok(good));
        }
        for bad in [0.0, 999.0, 1001.0, 1005.0, 2999.0, 5000.0, 66_536.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(close_code(Some(bad), ""), Err(Refusal::Code), "{bad}");
        }
        assert_eq!(close_code(None, ""), Ok(NO_STATUS));
    }

    #[test]
    fn codes_are_rounded_to_even() {
        assert_eq!(close_code(Some(1000.5), ""), Ok(1000));
        assert_eq!(close_code(Some(999.5), ""), Ok(1000));
        assert_eq!(close_code(Some(4999.5), ""), Err(Refusal::Code));
    }

    #[test]
    fn a_reason_needs_a_code() {
        assert_eq!(close_code(None, "why"), Ok(1000));
        assert_eq!(close_code(Some(3000.0), "why"), Ok(3000));
    }

    #[test]
    fn reasons_count_bytes() {
        assert_eq!(close_code(None, &"é".repeat(61)), Ok(1000));
        assert_eq!(close_code(None, &"é".repeat(62)), Err(Refusal::Reason));
    }
}

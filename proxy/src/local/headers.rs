//! Reads headers of a request.

use http::{HeaderMap, HeaderName};

/// Characters of a header that are repeated in a response and in the log.
const READABLE_MAX: usize = 255;

/// Gives whether a header that may appear once appears twice.
pub(super) fn is_repeated(headers: &HeaderMap, name: &HeaderName) -> bool {
    headers.get_all(name).iter().nth(1).is_some()
}

/// Gives whether a header that is a comma-separated list has this element, in upper or lower case.
pub(super) fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    tokens(headers, name).any(|found| found.eq_ignore_ascii_case(token))
}

/// The elements of a header that is a comma-separated list.
pub(super) fn tokens<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
}

/// A header as readable text.
pub(super) fn readable(headers: &HeaderMap, name: &HeaderName) -> String {
    let value = headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let value: String = value.unwrap_or_default().chars().take(READABLE_MAX).collect();
    format!("{value:?}")
}

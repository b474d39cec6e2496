//! The names of sites.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Most characters of a name.
pub const SITE_NAME_MAX: usize = 32;

/// The name of a site: a stable label, which the operator of the broker sees, and which is the name
/// of its NATS user where permissions are set.
///
/// It is a token of a NATS subject, so it has only letters, digits, `-` and `_`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SiteName(Arc<str>);

/// A text that is no [`SiteName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a site name has 1 to {SITE_NAME_MAX} letters, digits, '-' or '_'")]
pub struct InvalidSiteName;

impl SiteName {
    /// The name as it stands in subjects.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SiteName {
    type Err = InvalidSiteName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_valid = (1..=SITE_NAME_MAX).contains(&text.len()) && text.bytes().all(is_allowed);
        if is_valid { Ok(Self(text.into())) } else { Err(InvalidSiteName) }
    }
}

impl fmt::Display for SiteName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_token_of_a_subject() {
        for name in ["a", "Berlin-2", "lab_1", &"x".repeat(SITE_NAME_MAX)] {
            assert_eq!(name.parse::<SiteName>().unwrap().as_str(), name);
        }
        for text in ["", "a.b", "*", ">", "a b", "büro", "a\n", &"x".repeat(SITE_NAME_MAX + 1)] {
            assert_eq!(text.parse::<SiteName>(), Err(InvalidSiteName), "{text:?}");
        }
    }
}

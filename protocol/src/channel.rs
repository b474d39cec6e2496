//! Names of channels.

use std::fmt;
use std::sync::Arc;

use crate::limits::CHANNEL_NAME_MAX;

/// The name of a channel: `[A-Za-z0-9+=*._-]{1,255}`, neither `.` nor `..`.
///
/// A name is the capability to join, so `Debug` does not show it and there is no `Display`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelName(Arc<str>);

/// The reason why a text is not a [`ChannelName`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChannelName {
    /// It is empty.
    #[error("a channel name must have at least one character")]
    Empty,
    /// It is longer than [`CHANNEL_NAME_MAX`].
    #[error("a channel name must have at most {CHANNEL_NAME_MAX} characters")]
    TooLong,
    /// It has a character outside of the alphabet.
    #[error("a channel name must consist of A-Z a-z 0-9 + = * . _ -")]
    Character,
    /// It is `.` or `..`, which URLs take for folders.
    #[error("a channel name must be neither . nor ..")]
    Dots,
}

/// How far a channel reaches. A local and a network channel of one name are two channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// This machine only: it is never announced.
    Local,
    /// This machine and the local network.
    Network,
}

impl ChannelName {
    /// Takes `name` if it is a valid name.
    ///
    /// # Errors
    ///
    /// The first rule that it breaks.
    pub fn new(name: &str) -> Result<Self, InvalidChannelName> {
        match name {
            "" => Err(InvalidChannelName::Empty),
            _ if name.len() > CHANNEL_NAME_MAX => Err(InvalidChannelName::TooLong),
            _ if !name.bytes().all(is_name_byte) => Err(InvalidChannelName::Character),
            "." | ".." => Err(InvalidChannelName::Dots),
            _ => Ok(Self(name.into())),
        }
    }

    /// The name itself. It must not get into logs, labels or errors.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChannelName(…)")
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+=*._-".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_judged() {
        for c in '\0'..='\u{17f}' {
            let allowed = c.is_ascii_alphanumeric() || "+=*._-".contains(c);
            assert_eq!(ChannelName::new(&format!("a{c}")).is_ok(), allowed, "{c:?}");
        }
    }

    #[test]
    fn length_and_dots() {
        assert_eq!(ChannelName::new(""), Err(InvalidChannelName::Empty));
        assert_eq!(ChannelName::new("."), Err(InvalidChannelName::Dots));
        assert_eq!(ChannelName::new(".."), Err(InvalidChannelName::Dots));
        assert!(ChannelName::new("...").is_ok());
        assert!(ChannelName::new(&"a".repeat(255)).is_ok());
        assert_eq!(ChannelName::new(&"a".repeat(256)), Err(InvalidChannelName::TooLong));
    }

    #[test]
    fn debug_keeps_the_secret() {
        let name = ChannelName::new("secret").unwrap();
        assert!(!format!("{name:?}").contains("secret"));
    }
}

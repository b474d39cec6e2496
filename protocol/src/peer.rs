//! Ids of peers.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use data_encoding::BASE32_NOPAD;

use crate::ProxyId;
use crate::limits::PEER_ID_MAX;
use crate::proxy::is_id_byte as is_base32_byte;

/// Characters of a generated id: 128 bits in base32.
const GENERATED_LEN: usize = 26;

/// The id of a peer, unique in its channel: `[A-Za-z0-9_-]{1,64}`, and for one that was chosen at another
/// proxy `~` and eight characters more. It needs no escape in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerId(Arc<str>);

/// A text that is not a [`PeerId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a peer id must have 1 to {PEER_ID_MAX} characters of A-Z a-z 0-9 _ -")]
pub struct InvalidPeerId;

impl PeerId {
    /// Takes an id that a client chose.
    ///
    /// # Errors
    ///
    /// [`InvalidPeerId`] when it is empty, too long or has a character outside of the alphabet.
    pub fn chosen(id: &str) -> Result<Self, InvalidPeerId> {
        let valid = (1..=PEER_ID_MAX).contains(&id.len()) && id.bytes().all(is_id_byte);
        if valid { Ok(Self(id.into())) } else { Err(InvalidPeerId) }
    }

    /// Makes an id of 26 base32 characters (RFC 4648, lower case) from 128 random bits.
    #[must_use]
    pub fn generated(random: [u8; 16]) -> Self {
        Self(BASE32_NOPAD.encode(&random).to_ascii_lowercase().into())
    }

    /// Takes an id that another proxy generated.
    ///
    /// # Errors
    ///
    /// [`InvalidPeerId`] when [`Self::generated`] could not have made it.
    pub fn generated_elsewhere(id: &str) -> Result<Self, InvalidPeerId> {
        let valid = id.len() == GENERATED_LEN && id.bytes().all(is_base32_byte);
        if valid { Ok(Self(id.into())) } else { Err(InvalidPeerId) }
    }

    /// Makes the id by which a peer is known here that chose `id` at another `proxy`: two machines may
    /// choose the same.
    ///
    /// # Errors
    ///
    /// As [`Self::chosen`].
    pub fn chosen_elsewhere(id: &str, proxy: &ProxyId) -> Result<Self, InvalidPeerId> {
        let chosen = Self::chosen(id)?;
        Ok(Self([chosen.as_str(), "~", proxy.short()].concat().into()))
    }

    /// The id as it stands in frames.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for PeerId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_judged() {
        for c in '\0'..='\u{17f}' {
            let allowed = c.is_ascii_alphanumeric() || "_-".contains(c);
            assert_eq!(PeerId::chosen(&format!("a{c}")).is_ok(), allowed, "{c:?}");
        }
        assert_eq!(PeerId::chosen(""), Err(InvalidPeerId));
        assert!(PeerId::chosen(&"a".repeat(64)).is_ok());
        assert_eq!(PeerId::chosen(&"a".repeat(65)), Err(InvalidPeerId));
    }

    #[test]
    fn a_generated_id_could_have_been_chosen() {
        let id = PeerId::generated([0xa5; 16]);
        assert_eq!(id.as_str(), "uws2ljnfuws2ljnfuws2ljnfuu");
        assert_eq!(PeerId::chosen(id.as_str()), Ok(id.clone()));
        assert_eq!(PeerId::generated_elsewhere(id.as_str()), Ok(id));
        assert_eq!(PeerId::generated_elsewhere("alice"), Err(InvalidPeerId));
    }

    #[test]
    fn an_id_chosen_elsewhere_cannot_be_chosen_here() {
        let proxy = ProxyId::from_digest(&[0xa5; 32]);
        let id = PeerId::chosen_elsewhere("alice", &proxy).unwrap();
        assert_eq!(id.as_str(), "alice~uws2ljnf");
        assert_eq!(PeerId::chosen(id.as_str()), Err(InvalidPeerId));
        assert_eq!(PeerId::chosen_elsewhere("a~b", &proxy), Err(InvalidPeerId));
    }
}

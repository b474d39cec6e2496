//! Ids of peers.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use crate::ProxyId;
use crate::limits::PEER_ID_MAX;
use crate::proxy::is_id_byte as is_base32_byte;

/// Characters of a generated id: 130 bits of a digest in base32.
const GENERATED_LEN: usize = 26;

/// The character between an id that was chosen elsewhere and the id of its proxy.
const ELSEWHERE: char = '~';

/// Separates the digest of a generated id from digests of other kinds. With an id of a proxy and a
/// nonce it fills one block of SHA-256 (55 bytes and the padding), which is half the work of two
/// blocks.
const GENERATED_LABEL: &[u8] = b"nws peer id 1";

/// The random part of a generated id.
pub type Nonce = [u8; 16];

/// The id of a peer, unique in its channel. It needs no escape in JSON.
///
/// An id belongs to the proxy of its peer. A *generated* id is 26 characters of base32 (RFC 4648,
/// lower case): the beginning of the SHA-256 of a label, the id of the proxy and a nonce. No other
/// proxy finds a nonce that makes the same id, as that takes 2^130 attempts. A *chosen* id is
/// `[A-Za-z0-9_-]{1,64}`, and does not have the form of a generated one. At other proxies `~` and
/// the id of the peer's proxy follow it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerId(Arc<str>);

/// The source of a peer's id. Together with the id of the proxy it makes the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdSource<'a> {
    /// The proxy generated the id from this nonce.
    Nonce(Nonce),
    /// The client chose this id.
    Choice(&'a str),
}

/// The reason why a text is not a [`PeerId`] that a client may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPeerId {
    /// It is empty, too long, or has a character outside of the alphabet.
    #[error("a peer id must have 1 to {PEER_ID_MAX} characters of A-Z a-z 0-9 _ -")]
    Form,
    /// It has the form of a generated id.
    #[error(
        "ids of {GENERATED_LEN} characters of a-z 2-7 are those that proxies generate: choose another one"
    )]
    Generated,
}

impl PeerId {
    /// Takes an id that a client of this proxy chose.
    ///
    /// # Errors
    ///
    /// The reason why it may not be chosen.
    pub fn chosen(id: &str) -> Result<Self, InvalidPeerId> {
        check_choice(id).map(|()| Self(id.into()))
    }

    /// Makes the id of a client of `proxy` from 128 random bits.
    #[must_use]
    pub fn generated(proxy: &ProxyId, nonce: &Nonce) -> Self {
        let digest =
            Sha256::new().chain_update(GENERATED_LABEL).chain_update(proxy.as_str()).chain_update(nonce);
        let mut id = BASE32_NOPAD.encode(&digest.finalize());
        id.make_ascii_lowercase();
        Self(id[..GENERATED_LEN].into())
    }

    /// Makes the id by which a peer of another `proxy` is known here.
    ///
    /// # Errors
    ///
    /// The reason why that proxy cannot have such a peer.
    pub fn elsewhere(source: IdSource<'_>, proxy: &ProxyId) -> Result<Self, InvalidPeerId> {
        match source {
            IdSource::Nonce(nonce) => Ok(Self::generated(proxy, &nonce)),
            IdSource::Choice(id) => {
                check_choice(id)?;
                Ok(Self(format!("{id}{ELSEWHERE}{proxy}").into()))
            }
        }
    }

    /// Takes an id that stands in a frame; `None` where no proxy makes such ids.
    #[must_use]
    pub fn mentioned(id: &str) -> Option<Self> {
        let (own, proxy) = id.split_once(ELSEWHERE).unwrap_or((id, ""));
        let is_id = (1..=PEER_ID_MAX).contains(&own.len()) && own.bytes().all(is_id_byte);
        let is_proxy = proxy.len() <= GENERATED_LEN && proxy.bytes().all(is_base32_byte);
        (is_id && is_proxy).then(|| Self(id.into()))
    }

    /// Gives whether this is the id of a peer that has not chosen it.
    #[must_use]
    pub fn is_generated(id: &str) -> bool {
        id.len() == GENERATED_LEN && id.bytes().all(is_base32_byte)
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

fn check_choice(id: &str) -> Result<(), InvalidPeerId> {
    if !(1..=PEER_ID_MAX).contains(&id.len()) || !id.bytes().all(is_id_byte) {
        return Err(InvalidPeerId::Form);
    }
    if PeerId::is_generated(id) {
        return Err(InvalidPeerId::Generated);
    }
    Ok(())
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLDEN: &str = "74mdo37xz6264tyhnmduoutoya";

    fn proxy(n: u8) -> ProxyId {
        ProxyId::from_digest(&[n; 32])
    }

    #[test]
    fn every_character_is_judged() {
        for c in '\0'..='\u{17f}' {
            let allowed = c.is_ascii_alphanumeric() || "_-".contains(c);
            assert_eq!(PeerId::chosen(&format!("a{c}")).is_ok(), allowed, "{c:?}");
        }
        assert_eq!(PeerId::chosen(""), Err(InvalidPeerId::Form));
        assert!(PeerId::chosen(&"a".repeat(64)).is_ok());
        assert_eq!(PeerId::chosen(&"a".repeat(65)), Err(InvalidPeerId::Form));
    }

    /// The bytes of the digest are from Python's hashlib.
    #[test]
    fn a_generated_id_is_a_digest_of_its_proxy_and_its_nonce() {
        assert_eq!(PeerId::generated(&proxy(0xa5), &[1; 16]).as_str(), GOLDEN);
        let others = [(proxy(0xa4), [1; 16]), (proxy(0xa5), [2; 16])];
        for (proxy, nonce) in &others {
            assert_ne!(PeerId::generated(proxy, nonce).as_str(), GOLDEN);
        }
        let elsewhere = PeerId::elsewhere(IdSource::Nonce([1; 16]), &proxy(0xa5)).unwrap();
        assert_eq!(elsewhere.as_str(), GOLDEN, "it is the same everywhere");
    }

    #[test]
    fn what_needs_an_escape_is_no_id() {
        for id in ["alice", GOLDEN] {
            assert_eq!(PeerId::mentioned(id).map(|id| id.to_string()).as_deref(), Some(id));
        }
        for id in ["", "a\"b", "a\\", "~a", "a~\"", "a~b~c", &"a".repeat(65)] {
            assert_eq!(PeerId::mentioned(id), None, "{id}");
        }
    }

    #[test]
    fn nobody_chooses_an_id_of_the_form_of_a_generated_one() {
        for n in 0..100 {
            let id = PeerId::generated(&proxy(n), &[n; 16]);
            assert_eq!(PeerId::chosen(id.as_str()), Err(InvalidPeerId::Generated));
            let elsewhere = PeerId::elsewhere(IdSource::Choice(id.as_str()), &proxy(1));
            assert_eq!(elsewhere, Err(InvalidPeerId::Generated));
        }
        for near in
            [&GOLDEN[1..], &GOLDEN.to_ascii_uppercase(), &format!("{GOLDEN}a"), &GOLDEN.replace('3', "1")]
        {
            assert!(PeerId::chosen(near).is_ok(), "{near}");
        }
    }

    #[test]
    fn an_id_chosen_elsewhere_cannot_be_chosen_here() {
        let id = PeerId::elsewhere(IdSource::Choice("alice"), &proxy(0xa5)).unwrap();
        assert_eq!(id.as_str(), "alice~uws2ljnfuws2ljnfuws2ljnfuw");
        assert_eq!(PeerId::chosen(id.as_str()), Err(InvalidPeerId::Form));
        assert_eq!(PeerId::mentioned(id.as_str()), Some(id));
        let twice = PeerId::elsewhere(IdSource::Choice("a~b"), &proxy(0xa5));
        assert_eq!(twice, Err(InvalidPeerId::Form));
    }
}

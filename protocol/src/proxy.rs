//! Ids of proxies.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use data_encoding::BASE32_NOPAD;

/// The characters of an id: 130 bits of a digest, for which nobody finds a second preimage.
const LEN: usize = 26;

/// The id of a proxy: 26 characters of base32 (RFC 4648, lower case). It is the beginning of the
/// SHA-256 of the proxy's public key, whose private key the proxy proves to have.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProxyId(Arc<str>);

/// A text that is not a [`ProxyId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a proxy id has {LEN} characters of a-z 2-7")]
pub struct InvalidProxyId;

impl ProxyId {
    /// The id of the proxy whose public key (the DER of its SubjectPublicKeyInfo) has this SHA-256.
    #[must_use]
    pub fn from_digest(digest: &[u8; 32]) -> Self {
        Self(BASE32_NOPAD.encode(digest).to_ascii_lowercase()[..LEN].into())
    }

    /// The id as it stands in announcements.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProxyId {
    type Err = InvalidProxyId;

    fn from_str(id: &str) -> Result<Self, Self::Err> {
        let valid = id.len() == LEN && id.bytes().all(is_id_byte);
        if valid { Ok(Self(id.into())) } else { Err(InvalidProxyId) }
    }
}

impl fmt::Display for ProxyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for ProxyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProxyId({self})")
    }
}

/// Whether `byte` is of the base32 alphabet in lower case.
pub(crate) fn is_id_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'2'..=b'7')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_beginning_of_a_digest() {
        let id = ProxyId::from_digest(&[0xa5; 32]);
        assert_eq!(id.as_str(), "uws2ljnfuws2ljnfuws2ljnfuw");
        assert_eq!(id.as_str().parse(), Ok(id));
    }

    #[test]
    fn others_are_no_ids() {
        for text in
            ["", "uws2ljnfuws2ljnfuws2ljnfu", "uws2ljnfuws2ljnfuws2ljnfuwa", "UWS2LJNFUWS2LJNFUWS2LJNFUW"]
        {
            assert_eq!(text.parse::<ProxyId>(), Err(InvalidProxyId), "{text}");
        }
        assert!("uws2ljnfuws2ljnfuws2ljnfu1".parse::<ProxyId>().is_err());
    }
}

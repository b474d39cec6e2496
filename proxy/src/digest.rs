//! Replaces the name of a channel by a digest: in logs, and in the choice of a shard.

use std::fmt;
use std::hash::{Hash, Hasher};

use nws_core::ChannelKey;
use siphasher::sip::SipHasher24;

/// A key drawn at start, so that no reader of a log can compute digests of names that they guess.
#[derive(Clone)]
pub(crate) struct DigestKey([u8; 16]);

/// A keyed digest of a channel's scope and name, different after every start.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl DigestKey {
    pub(crate) fn generate() -> Result<Self, getrandom::Error> {
        let mut key = [0; 16];
        getrandom::fill(&mut key)?;
        Ok(Self(key))
    }

    /// The digest of something that others have named.
    pub(crate) fn of(&self, what: &impl Hash) -> Digest {
        let mut hasher = SipHasher24::new_with_key(&self.0);
        what.hash(&mut hasher);
        Digest(hasher.finish())
    }

    pub(crate) fn digest(&self, channel: &ChannelKey) -> Digest {
        self.of(channel)
    }
}

impl Digest {
    /// The number of one of `n` shards.
    pub(crate) fn shard(self, n: usize) -> usize {
        (self.0 % n.max(1) as u64) as usize
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use nws_protocol::{ChannelName, Scope};

    use super::*;

    #[test]
    fn a_digest_is_another_one_after_every_start() {
        let channel = ChannelKey { scope: Scope::Network, name: ChannelName::new("chat").unwrap() };
        let [one, other] = [(), ()].map(|()| DigestKey::generate().unwrap());
        assert!(one.digest(&channel) == one.digest(&channel));
        assert!(one.digest(&channel) != other.digest(&channel));
    }
}

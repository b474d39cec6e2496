//! Inputs of the two functions and proofs of knowledge, which are derived from a name.

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use nws_protocol::ProxyId;
use nws_protocol::link::{Element, Tag};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use crate::oprf::{Blind, InvalidElement, Key};
use crate::{Role, SessionConfig};

/// The digest of both HELLOs.
pub(crate) type Transcript = [u8; 64];

/// Values that are the same for all names of one session, with our key.
pub(crate) struct Keys {
    role: Role,
    sid: Zeroizing<[u8; 32]>,
    initiator: ProxyId,
    responder: ProxyId,
    pub(crate) own: Key,
}

/// The tags by which the two sides prove that they know one name.
pub(crate) struct Proofs {
    /// The tag that we send.
    pub(crate) own: Tag,
    /// The tag that the other side sends.
    pub(crate) peer: Tag,
}

/// The digest of both HELLOs, as they were sent.
pub(crate) fn transcript(initiator: &[u8], responder: &[u8]) -> Transcript {
    Sha512::digest(concat(&[&lv(initiator), &lv(responder)])).into()
}

impl Keys {
    pub(crate) fn new(config: &SessionConfig, own: Key) -> Self {
        let (initiator, responder) = match config.role {
            Role::Initiator => (&config.own, &config.peer),
            Role::Responder => (&config.peer, &config.own),
        };
        let (initiator, responder) = (initiator.clone(), responder.clone());
        Self { role: config.role, sid: Zeroizing::new(config.sid), initiator, responder, own }
    }

    /// The input of the other side's function for a name.
    pub(crate) fn asked(&self, name: &[u8]) -> Zeroizing<Vec<u8>> {
        self.input(self.role.peer(), name)
    }

    /// The proofs for `name`, which `blind` hid when the other side made `evaluation`.
    pub(crate) fn proofs(
        &self,
        transcript: &Transcript,
        name: &[u8],
        blind: &Blind,
        evaluation: &Element,
    ) -> Result<Proofs, InvalidElement> {
        let peer = blind.output(&self.asked(name), evaluation)?;
        let own = self.own.output(&self.input(self.role, name));
        let (initiator, responder) = match self.role {
            Role::Initiator => (own, peer),
            Role::Responder => (peer, own),
        };
        let key = concat(&[&lv(&*initiator), &lv(&*responder), &lv(name)]);
        let salt = concat(&[&lv(b"nws-match-v1 key"), &*self.sid]);
        let (extracted, channel) = Hkdf::<Sha512>::extract(Some(&salt), &key);
        drop(Zeroizing::new(<[u8; 64]>::from(extracted)));
        let tag = |role| tag(&channel, role, transcript);
        Ok(Proofs { own: tag(self.role), peer: tag(self.role.peer()) })
    }

    /// What takes the place of proofs where nothing is hidden.
    #[cfg(feature = "pretend")]
    pub(crate) fn pretended(&self, name: &[u8]) -> Proofs {
        let tag = |role: Role| {
            let long = <[u8; 64]>::from(Sha512::digest(concat(&[role.label().as_bytes(), &*self.sid, name])));
            *long.first_chunk().expect("a tag is shorter")
        };
        Proofs { own: tag(self.role), peer: tag(self.role.peer()) }
    }

    /// The input of the function of `whose` side for `name`.
    fn input(&self, whose: Role, name: &[u8]) -> Zeroizing<Vec<u8>> {
        concat(&[
            &lv(b"nws-match-v1 oprf"),
            &lv(whose.label().as_bytes()),
            &lv(&*self.sid),
            &lv(self.initiator.as_str().as_bytes()),
            &lv(self.responder.as_str().as_bytes()),
            &lv(name),
        ])
    }
}

/// The tag by which `role` proves that it has `channel`, the key of one name.
fn tag(channel: &Hkdf<Sha512>, role: Role, transcript: &Transcript) -> Tag {
    let info = concat(&[&lv(b"nws-match-v1 confirm"), &lv(role.label().as_bytes())]);
    let mut confirm = Zeroizing::new([0; 32]);
    channel.expand(&info, &mut *confirm).expect("HKDF gives 32 bytes");
    let mac = <Hmac<Sha512> as Mac>::new_from_slice(&*confirm).expect("a key has any length");
    let mac = mac.chain_update(lv(b"nws-match-v1")).chain_update(lv(transcript));
    let long = <[u8; 64]>::from(mac.finalize().into_bytes());
    *long.first_chunk().expect("a tag is shorter")
}

/// The length in two bytes, then the bytes. So no two lists of parts give the same bytes.
fn lv(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    let len = u16::try_from(bytes.len()).expect("a part is shorter than 64 KiB");
    concat(&[&len.to_be_bytes(), bytes])
}

/// Joins parts in one allocation, so that no copy is left behind.
fn concat(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(parts.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_stands_before_each_part() {
        assert_eq!(**lv(b"abc"), *b"\x00\x03abc");
        assert_eq!(lv(&[7; 258])[..3], [1, 2, 7]);
    }

    #[test]
    fn the_input_names_everybody() {
        let id = |byte| ProxyId::from_digest(&[byte; 32]);
        let config = SessionConfig::new(Role::Responder, [9; 32], id(0), id(0xff));
        let keys = Keys::new(&config, Key::draw(&mut crate::random::Random::new([1; 32])));
        let expected = [
            b"\x00\x11nws-match-v1 oprf\x00\x09initiator\x00\x20".as_slice(),
            &[9; 32],
            b"\x00\x1a77777777777777777777777777\x00\x1aaaaaaaaaaaaaaaaaaaaaaaaaaa\x00\x04name",
        ];
        assert_eq!(**keys.asked(b"name"), *expected.concat());
    }
}

//! Tests against values from elsewhere: those of RFC 9497, and those of our key schedule by a
//! second implementation in Python, which uses nothing but integers and a hash function.

use nws_protocol::ProxyId;
use nws_protocol::link::Element;
use rand_core::{CryptoRng, RngCore};

use crate::keys::{Keys, transcript};
use crate::oprf::{Blind, InvalidElement, Key};
use crate::random::Random;
use crate::{Role, SessionConfig};

/// Draws one scalar, as 64 bytes of which it is the remainder.
struct Scalar([u8; 32]);

impl RngCore for Scalar {
    fn next_u32(&mut self) -> u32 {
        unreachable!("a scalar is drawn as bytes")
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("a scalar is drawn as bytes")
    }

    fn fill_bytes(&mut self, out: &mut [u8]) {
        out.fill(0);
        out[..32].copy_from_slice(&self.0);
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(out);
        Ok(())
    }
}

impl CryptoRng for Scalar {}

fn hex<const N: usize>(text: &str) -> [u8; N] {
    assert_eq!(text.len(), 2 * N);
    std::array::from_fn(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
}

/// Bytes of a scalar: `byte` over and over, and a last one that keeps it below the order of the
/// group.
fn scalar(byte: u8, last: u8) -> [u8; 32] {
    let mut scalar = [byte; 32];
    scalar[31] = last;
    scalar
}

struct Rfc {
    input: &'static [u8],
    blinded: &'static str,
    evaluated: &'static str,
    output: &'static str,
}

const RFC_BLIND: &str = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706";

/// RFC 9497, appendix A.1.1.
const RFC: [Rfc; 2] = [
    Rfc {
        input: &[0x00],
        blinded: "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
        evaluated: "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e",
        output: "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3\
                 ab9135e3bd69955851de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6",
    },
    Rfc {
        input: &[0x5a; 17],
        blinded: "da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418",
        evaluated: "b4cbf5a4f1eeda5a63ce7b77c7d23f461db3fcab0dd28e4e17cecb5c90d02c25",
        output: "f4a74c9c592497375e796aa837e907b1a045d34306a749db9f34221f7e750cb4\
                 f2a6413a6bf6fa5e19ba6348eb673934a722a7ede2e7621306d18951e7cf2c73",
    },
];

#[test]
fn the_vectors_of_the_rfc() {
    let key = Key::derive(&[0xa3; 32], b"test key");
    let given = hex("5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e");
    for vector in RFC {
        let (blind, blinded) = Blind::new(vector.input, &mut Scalar(hex(RFC_BLIND)));
        assert_eq!(blinded, hex(vector.blinded));
        let evaluated = key.evaluate(&blinded).unwrap();
        assert_eq!(evaluated, hex(vector.evaluated));
        assert_eq!(Key::from_bytes(&given).evaluate(&blinded), Ok(evaluated));
        assert_eq!(*blind.output(vector.input, &evaluated).unwrap(), hex(vector.output));
        assert_eq!(*key.output(vector.input), hex(vector.output));
    }
}

#[test]
fn elements_that_are_none() {
    let key = Key::draw(&mut Random::new([7; 32]));
    let (blind, _) = Blind::new(b"input", &mut Scalar(hex(RFC_BLIND)));
    let identity = [0; 32];
    let beyond_the_prime = scalar(0xff, 0x7f);
    let mut negative: Element = hex(RFC[0].blinded);
    negative[0] |= 1;
    for element in [identity, [0xff; 32], beyond_the_prime, negative] {
        assert_eq!(key.evaluate(&element), Err(InvalidElement));
        assert_eq!(blind.output(b"input", &element).err(), Some(InvalidElement));
    }
}

#[test]
fn the_schedule_of_keys() {
    let (initiator, responder) = (ProxyId::from_digest(&[1; 32]), ProxyId::from_digest(&[2; 32]));
    let sid = std::array::from_fn(|at| at as u8);
    let side = |role, own: &ProxyId, peer: &ProxyId, key| {
        let config = SessionConfig::new(role, sid, own.clone(), peer.clone());
        Keys::new(&config, Key::from_bytes(&key))
    };
    let one = side(Role::Initiator, &initiator, &responder, scalar(0x11, 1));
    let two = side(Role::Responder, &responder, &initiator, scalar(0x22, 2));
    let transcript = transcript(b"\x01\0\x01\0\x01\0\x01\x04\0", b"\x01\0\x01\0\x01\0\x01\x02\0");

    let (one_blind, one_blinded) = Blind::new(&one.asked(b"hunter2"), &mut Scalar(scalar(0x33, 3)));
    let (two_blind, two_blinded) = Blind::new(&two.asked(b"hunter2"), &mut Scalar(scalar(0x44, 4)));
    assert_eq!(one_blinded, hex("c8f377e23b08794d0c54a7f22c1ab6ea35388461c46448aea0f8edef2465bc2b"));
    assert_eq!(two_blinded, hex("e4b454a0925079e506203a54654caa9ae6bcdf9be077a346d7c87acbe7ab112f"));

    let (one_asked, two_asked) = (two.own.evaluate(&one_blinded), one.own.evaluate(&two_blinded));
    let (one_asked, two_asked) = (one_asked.unwrap(), two_asked.unwrap());
    assert_eq!(one_asked, hex("62e9c811f3cc9edb7066f8ea5c4fc24ce499690d03d18b090cef8cdda3652177"));
    assert_eq!(two_asked, hex("fcbdab3b905d26feae459fad1cc87dfaebe31e8e75da020e2c1482c5b0ec3c47"));

    let ones = one.proofs(&transcript, b"hunter2", &one_blind, &one_asked).unwrap();
    let twos = two.proofs(&transcript, b"hunter2", &two_blind, &two_asked).unwrap();
    let expected = (hex("a325f7f7fa028c15bc2db57139fa3d4f"), hex("59f28e6310323a2c4db2725ec8247523"));
    assert_eq!((ones.own, ones.peer), expected);
    assert_eq!((twos.peer, twos.own), expected);
}

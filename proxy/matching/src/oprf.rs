//! The oblivious pseudorandom function: RFC 9497, mode 0x00, ristretto255-SHA512.
//!
//! One side holds a key, the other an input. The first learns nothing of the input, the second nothing of
//! the function but its output for that input.

use nws_protocol::link::Element;
use rand_core::{CryptoRng, RngCore};
use voprf::{BlindedElement, EvaluationElement, OprfClient, OprfServer, Ristretto255};
use zeroize::Zeroizing;

/// Why no input of ours can fail.
const FITS: &str = "an input has between one byte and 64 KiB";

/// What the function gives for an input.
pub(crate) type Output = Zeroizing<[u8; 64]>;

/// The key of one side.
pub(crate) struct Key(OprfServer<Ristretto255>);

/// What an input is hidden by, until the output is known.
pub(crate) struct Blind(OprfClient<Ristretto255>);

/// An element is not canonical, or the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidElement;

impl Key {
    pub(crate) fn draw(random: &mut impl RngCore) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        random.fill_bytes(&mut *seed);
        Self(OprfServer::new_from_seed(&*seed, b"").expect("a seed gives a key that is not zero"))
    }

    /// The output for an input of our own.
    pub(crate) fn output(&self, input: &[u8]) -> Output {
        Zeroizing::new(self.0.evaluate(input).expect(FITS).into())
    }

    /// The evaluation of what somebody else has blinded.
    pub(crate) fn evaluate(&self, blinded: &Element) -> Result<Element, InvalidElement> {
        let blinded = BlindedElement::deserialize(blinded).map_err(|_| InvalidElement)?;
        Ok(self.0.blind_evaluate(&blinded).serialize().into())
    }
}

impl Blind {
    /// A new blind, and the input hidden by it.
    pub(crate) fn new<R: RngCore + CryptoRng>(input: &[u8], random: &mut R) -> (Self, Element) {
        let blinded = OprfClient::blind(input, random).expect(FITS);
        (Self(blinded.state), blinded.message.serialize().into())
    }

    /// The output for the same input under the key that `evaluation` was made with.
    pub(crate) fn output(&self, input: &[u8], evaluation: &Element) -> Result<Output, InvalidElement> {
        let evaluation = EvaluationElement::deserialize(evaluation).map_err(|_| InvalidElement)?;
        Ok(Zeroizing::new(self.0.finalize(input, &evaluation).expect(FITS).into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives the 64 bytes of which a scalar is the remainder: those of the scalar itself, and zeros.
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
        let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap();
        assert_eq!(text.len(), 2 * N);
        std::array::from_fn(byte)
    }

    /// RFC 9497, appendix A.1.1.
    const SEED: &str = "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3";
    const KEY_INFO: &[u8] = b"test key";
    const KEY: &str = "5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e";
    const BLIND: &str = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706";

    struct Vector {
        input: &'static [u8],
        blinded: &'static str,
        evaluated: &'static str,
        output: &'static str,
    }

    const VECTORS: [Vector; 2] = [
        Vector {
            input: &[0x00],
            blinded: "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
            evaluated: "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e",
            output: "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3\
                     ab9135e3bd69955851de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6",
        },
        Vector {
            input: &[0x5a; 17],
            blinded: "da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418",
            evaluated: "b4cbf5a4f1eeda5a63ce7b77c7d23f461db3fcab0dd28e4e17cecb5c90d02c25",
            output: "f4a74c9c592497375e796aa837e907b1a045d34306a749db9f34221f7e750cb4\
                     f2a6413a6bf6fa5e19ba6348eb673934a722a7ede2e7621306d18951e7cf2c73",
        },
    ];

    #[test]
    fn the_vectors_of_the_rfc() {
        let key = Key(OprfServer::new_from_seed(&hex::<32>(SEED), KEY_INFO).unwrap());
        let given = Key(OprfServer::new_with_key(&hex::<32>(KEY)).unwrap());
        for vector in VECTORS {
            let (blind, blinded) = Blind::new(vector.input, &mut Scalar(hex(BLIND)));
            assert_eq!(blinded, hex(vector.blinded));
            let evaluated = key.evaluate(&blinded).unwrap();
            assert_eq!(evaluated, hex(vector.evaluated));
            assert_eq!(given.evaluate(&blinded), Ok(evaluated));
            assert_eq!(*blind.output(vector.input, &evaluated).unwrap(), hex(vector.output));
            assert_eq!(*key.output(vector.input), hex(vector.output));
        }
    }

    #[test]
    fn elements_that_are_none() {
        let key = Key::draw(&mut Scalar([7; 32]));
        let (blind, _) = Blind::new(b"input", &mut Scalar(hex(BLIND)));
        let mut beyond_the_prime = [0xff; 32];
        beyond_the_prime[31] = 0x7f;
        let mut negative = hex::<32>(VECTORS[0].blinded);
        negative[0] |= 1;
        for element in [[0; 32], [0xff; 32], beyond_the_prime, negative] {
            assert_eq!(key.evaluate(&element), Err(InvalidElement));
            assert_eq!(blind.output(b"input", &element).err(), Some(InvalidElement));
        }
    }
}

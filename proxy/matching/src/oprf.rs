//! The oblivious pseudorandom function: RFC 9497, mode 0x00, ristretto255-SHA512.
//!
//! One side has a key, the other side has an input. The first learns nothing of the input. The
//! second learns nothing of the function except its output for that input.

use nws_protocol::link::Element;
use rand_core::{CryptoRng, RngCore};
use voprf::{BlindedElement, EvaluationElement, OprfClient, OprfServer, Ristretto255};
use zeroize::Zeroizing;

/// The reason why no input of ours can fail.
const FITS: &str = "an input has between one byte and 64 KiB";

/// The output of the function for an input.
pub(crate) type Output = Zeroizing<[u8; 64]>;

/// The key of one side.
pub(crate) struct Key(OprfServer<Ristretto255>);

/// A secret that hides an input until the output is known.
pub(crate) struct Blind(OprfClient<Ristretto255>);

/// An element is not canonical, or the identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct InvalidElement;

impl Key {
    pub(crate) fn draw(random: &mut impl RngCore) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        random.fill_bytes(&mut *seed);
        Self::derive(&seed, b"")
    }

    /// `DeriveKeyPair` of the RFC.
    pub(crate) fn derive(seed: &[u8; 32], info: &[u8]) -> Self {
        Self(OprfServer::new_from_seed(seed, info).expect("a seed gives a key that is not zero"))
    }

    #[cfg(test)]
    pub(crate) fn from_bytes(scalar: &[u8; 32]) -> Self {
        Self(OprfServer::new_with_key(scalar).expect("a canonical scalar"))
    }

    /// The output for an input of our own.
    pub(crate) fn output(&self, input: &[u8]) -> Output {
        Zeroizing::new(self.0.evaluate(input).expect(FITS).into())
    }

    /// The evaluation of an element that the other side has blinded.
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

    /// A blind that hides nothing.
    #[cfg(feature = "pretend")]
    pub(crate) fn pretended() -> Self {
        const ONE: [u8; 32] = {
            let mut scalar = [0; 32];
            scalar[0] = 1;
            scalar
        };
        Self(OprfClient::deserialize(&ONE).expect("one is a scalar"))
    }

    /// The output for the same input under the key with which `evaluation` was made.
    pub(crate) fn output(&self, input: &[u8], evaluation: &Element) -> Result<Output, InvalidElement> {
        let evaluation = EvaluationElement::deserialize(evaluation).map_err(|_| InvalidElement)?;
        Ok(Zeroizing::new(self.0.finalize(input, &evaluation).expect(FITS).into()))
    }
}

//! The secret that the sites of an organisation share, and what is derived from it.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE32_NOPAD;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// A message authentication code: HMAC-SHA-256 (RFC 2104).
pub(crate) const MAC_LEN: usize = 32;

/// Bytes of the realm. It only tells organisations on one broker apart.
const REALM_LEN: usize = 16;

/// What marks a secret in a file, so that another file is not taken for one.
const MARK: &str = "nws-backbone-";

/// The secret that all sites of an organisation have: 256 random bits.
#[derive(Clone)]
pub struct SiteSecret(Zeroizing<[u8; 32]>);

/// A text that is no [`SiteSecret`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no site secret: `nws backbone key` makes one")]
pub struct InvalidSecret;

impl SiteSecret {
    /// A new secret.
    ///
    /// # Errors
    ///
    /// Fails when the system gives no random numbers.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *secret)?;
        Ok(Self(secret))
    }

    /// The secret as a line of text, as it stands in its file.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(BASE32_NOPAD.encode(&*self.0));
        Zeroizing::new([MARK, &digits.to_ascii_lowercase()].concat())
    }

    pub(crate) fn keys(&self) -> Keys {
        Keys {
            realm: BASE32_NOPAD.encode(&self.derive::<REALM_LEN>("realm")).to_ascii_lowercase(),
            hello: MacKey(Zeroizing::new(self.derive("hello"))),
            dial: MacKey(Zeroizing::new(self.derive("dial"))),
            link: MacKey(Zeroizing::new(self.derive("link"))),
        }
    }

    /// HKDF-SHA-256 (RFC 5869) with one label for each purpose.
    fn derive<const N: usize>(&self, label: &str) -> [u8; N] {
        let mut key = [0; N];
        let label = ["nws-backbone-v1 ", label].concat();
        let expanded = Hkdf::<Sha256>::new(None, &*self.0).expand(label.as_bytes(), &mut key);
        expanded.expect("HKDF makes up to 255 digests");
        key
    }
}

impl FromStr for SiteSecret {
    type Err = InvalidSecret;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim().strip_prefix(MARK).ok_or(InvalidSecret)?;
        let digits = Zeroizing::new(digits.to_ascii_uppercase());
        let bytes = Zeroizing::new(BASE32_NOPAD.decode(digits.as_bytes()).map_err(|_| InvalidSecret)?);
        Ok(Self(Zeroizing::new(bytes.as_slice().try_into().map_err(|_| InvalidSecret)?)))
    }
}

impl fmt::Debug for SiteSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SiteSecret")
    }
}

/// What is derived from a secret.
pub(crate) struct Keys {
    /// The token of subjects that tells organisations apart. It tells nothing of the secret.
    pub(crate) realm: String,
    pub(crate) hello: MacKey,
    pub(crate) dial: MacKey,
    pub(crate) link: MacKey,
}

/// The key of a message authentication code.
#[derive(Clone)]
pub(crate) struct MacKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey")
    }
}

impl MacKey {
    /// The code of `fields`. Each counts with its length, so no two lists have the same.
    pub(crate) fn sign(&self, fields: &[impl AsRef<[u8]>]) -> [u8; MAC_LEN] {
        self.begin(fields).finalize().into_bytes().into()
    }

    /// Whether `code` is the one of `fields`, in constant time.
    pub(crate) fn verify(&self, fields: &[impl AsRef<[u8]>], code: &[u8]) -> bool {
        self.begin(fields).verify_slice(code).is_ok()
    }

    fn begin(&self, fields: &[impl AsRef<[u8]>]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes keys of any length");
        for field in fields.iter().map(AsRef::as_ref) {
            mac.update(&(field.len() as u64).to_be_bytes());
            mac.update(field);
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_line_of_text() {
        let secret = SiteSecret::generate().unwrap();
        let text = secret.to_text();
        let again: SiteSecret = format!("{}\n", &*text).parse().unwrap();
        assert_eq!(*again.0, *secret.0);
        assert_eq!(format!("{secret:?}"), "SiteSecret");
        for text in ["", "nws-backbone-", "nws-backbone-aaaa", &text[1..], &text[..text.len() - 1]] {
            assert!(text.parse::<SiteSecret>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_derived_differs_by_purpose_and_secret() {
        let [one, other] = [(); 2].map(|()| SiteSecret::generate().unwrap().keys());
        let codes = [&one.hello, &one.dial, &one.link, &other.hello].map(|key| key.sign(&["x"]));
        for (index, code) in codes.iter().enumerate() {
            assert!(!codes[..index].contains(code));
        }
        assert_ne!(one.realm, other.realm);
        assert_eq!(one.realm.len(), 26);
    }

    #[test]
    fn fields_are_not_shifted() {
        let key = SiteSecret::generate().unwrap().keys().hello;
        let code = key.sign(&["ab", "c"]);
        assert!(key.verify(&["ab", "c"], &code));
        assert!(!key.verify(&["a", "bc"], &code));
        assert!(!key.verify(&["ab", "c"], &code[1..]));
    }
}

//! Signs with minisign. The release key signs releases; a key for tests signs everything else, and
//! all that it signs says so.
//!
//! The variable `MINISIGN_SECRET_KEY` decides. The release workflow always sets it, from a secret.
//! Where it is set, no other key signs: an empty or a wrong one is an error. So a secret that is
//! missing ends a release, and no release is signed by the key for tests.

use std::fs;
use std::io::Cursor;

use anyhow::{Context, Result, bail, ensure};
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};

use crate::release::{self, Release};
use crate::tools;

/// The public half of the release key. It says so while there is none.
const RELEASE_KEY: &str = include_str!("../release-key.pub");

/// The variable with the text of the secret key file.
const SECRET_KEY: &str = "MINISIGN_SECRET_KEY";

/// The variable with the password of the secret key.
const PASSWORD: &str = "MINISIGN_PASSWORD";

/// The key that signs what this run makes.
pub(crate) struct SigningKey {
    secret: SecretKey,
    public: PublicKey,
    is_for_tests: bool,
}

impl SigningKey {
    /// The release key if the variable has it, otherwise the key for tests.
    pub(crate) fn of_this_run() -> Result<Self> {
        match std::env::var(SECRET_KEY) {
            Ok(secret) => {
                Self::for_releases(&secret, &std::env::var(PASSWORD).unwrap_or_default(), RELEASE_KEY)
            }
            Err(std::env::VarError::NotPresent) => Self::for_tests(),
            Err(error) => Err(error).context(SECRET_KEY),
        }
    }

    /// The public key in Base64, as the flag `-P` of minisign takes it.
    pub(crate) fn public(&self) -> String {
        self.public.to_base64()
    }

    /// Whether what it signs is no release.
    pub(crate) fn is_for_tests(&self) -> bool {
        self.is_for_tests
    }

    /// The text of a signature file.
    pub(crate) fn sign(&self, release: &Release, bytes: &[u8]) -> Result<String> {
        let (name, by) = match self.is_for_tests {
            true => (format!("TEST, no release: nws {}", release.version), "the key for tests"),
            false => (format!("nws {}", release.version), "the release key"),
        };
        let by = format!("signature by {by} of {}", release.repository);
        let bytes = Cursor::new(bytes);
        let signature = minisign::sign(Some(&self.public), &self.secret, bytes, Some(&name), Some(&by));
        Ok(signature.context("cannot sign")?.into_string())
    }

    fn for_releases(secret: &str, password: &str, committed: &str) -> Result<Self> {
        ensure!(
            !secret.trim().is_empty(),
            "{SECRET_KEY} is empty: give the text of the secret key file. Without this variable, a key for \
             tests signs"
        );
        // Without one, minisign would ask for it, and nobody is there to answer.
        ensure!(!password.is_empty(), "{PASSWORD} is empty: the release key has a password, give it");
        let secret = SecretKeyBox::from_string(secret.trim())
            .and_then(|secret| secret.into_secret_key(Some(password.to_owned())))
            .with_context(|| {
                format!("{SECRET_KEY} has to be the text of a secret key file, and {PASSWORD} its password")
            })?;
        let public = PublicKey::from_secret_key(&secret)?;
        let (own, known) = (public.to_base64(), committed.lines().nth(1).unwrap_or_default());
        if own != known {
            bail!(
                "the public half of {SECRET_KEY} is {own}, but xtask/dist/release-key.pub has {known:?}: \
                 commit the right one there, or give the right secret key"
            );
        }
        Ok(Self { secret, public, is_for_tests: false })
    }

    /// The key for tests lies with the tools, so that a second build in another folder has the same.
    fn for_tests() -> Result<Self> {
        let file = tools::folder().join("test-key");
        if !file.exists() {
            fs::create_dir_all(tools::folder())?;
            let pair = KeyPair::generate_unencrypted_keypair()?;
            release::write(&file, pair.sk.to_box(Some("key for tests, worth nothing"))?.into_string())?;
        }
        let secret = SecretKeyBox::from_string(&fs::read_to_string(&file)?)
            .and_then(SecretKeyBox::into_unencrypted_secret_key)
            .with_context(|| format!("remove {}: it is no key", file.display()))?;
        let public = PublicKey::from_secret_key(&secret)?;
        Ok(Self { secret, public, is_for_tests: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "secret";

    /// The texts of the two files of a new key.
    fn pair() -> (String, String) {
        let pair = KeyPair::generate_encrypted_keypair(Some(PASSWORD.to_owned())).unwrap();
        let public = pair.pk.to_box().unwrap().into_string();
        (pair.sk.to_box(None).unwrap().into_string(), public)
    }

    fn refusal(secret: &str, password: &str, committed: &str) -> String {
        let key = SigningKey::for_releases(secret, password, committed);
        format!("{:#}", key.err().expect("the key is refused"))
    }

    #[test]
    fn a_secret_key_signs_if_its_public_half_is_committed() {
        let (secret, public) = pair();
        let key = SigningKey::for_releases(&secret, PASSWORD, &public).unwrap();
        assert!(!key.is_for_tests());
        assert!(public.contains(&key.public()));
    }

    #[test]
    fn a_secret_that_is_missing_is_an_error() {
        assert!(refusal("", PASSWORD, RELEASE_KEY).contains("MINISIGN_SECRET_KEY is empty"));
        assert!(refusal(" \n", PASSWORD, RELEASE_KEY).contains("MINISIGN_SECRET_KEY is empty"));
        assert!(refusal("key", "", RELEASE_KEY).contains("MINISIGN_PASSWORD is empty"));
    }

    #[test]
    fn another_key_is_an_error() {
        let ((secret, _), (_, other)) = (pair(), pair());
        assert!(refusal(&secret, PASSWORD, &other).contains("commit the right one there"));
        let none_yet = "untrusted comment: There is no release key yet\nnone\n";
        assert!(refusal(&secret, PASSWORD, none_yet).contains("has \"none\""));
    }

    #[test]
    fn what_is_no_key_or_has_another_password_is_an_error() {
        let (secret, public) = pair();
        for (secret, password) in [("key", PASSWORD), (secret.as_str(), "other")] {
            assert!(refusal(secret, password, &public).contains("and MINISIGN_PASSWORD its password"));
        }
    }
}

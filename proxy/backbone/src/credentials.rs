//! What a NATS credentials file says: by what a user shows who it is.
//!
//! async-nats reads it too, but with regular expressions, which would be a twelfth of the proxy.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use async_nats::{AuthError, ConnectOptions};
use nkeys::KeyPair;

/// What begins and ends a line that stands before or after a value.
const RULE: &str = "---";

/// A text that is no credentials file.
#[derive(Debug, thiserror::Error)]
pub enum InvalidCredentials {
    /// It does not say who the user is.
    #[error("there is no user JWT between lines of dashes")]
    User,
    /// It has no key.
    #[error("there is no seed of a key between lines of dashes, after the user JWT")]
    Key,
    /// The key is none.
    #[error("the seed of the key is wrong")]
    Seed(#[from] nkeys::error::Error),
}

/// A user of a broker, as a credentials file tells: the JWT, and the key that proves it. `Debug` shows neither.
#[derive(Clone)]
pub struct Credentials {
    user: String,
    key: Arc<KeyPair>,
}

impl Credentials {
    /// Connects as this user.
    pub(crate) fn sign_in(&self, options: ConnectOptions) -> ConnectOptions {
        let key = Arc::clone(&self.key);
        options.jwt(self.user.clone(), move |nonce| {
            let key = Arc::clone(&key);
            async move { key.sign(&nonce).map_err(AuthError::new) }
        })
    }
}

impl FromStr for Credentials {
    type Err = InvalidCredentials;

    /// Reads what the file says.
    fn from_str(file: &str) -> Result<Self, Self::Err> {
        let mut values = values(file);
        let user = values.next().ok_or(InvalidCredentials::User)?;
        let seed = values.next().ok_or(InvalidCredentials::Key)?;
        Ok(Self { user: user.to_owned(), key: Arc::new(KeyPair::from_seed(seed)?) })
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// The values, each alone in its line between two lines that begin and end with dashes.
fn values(file: &str) -> impl Iterator<Item = &str> {
    let mut lines = file.lines().map(str::trim);
    std::iter::from_fn(move || {
        let mut value = None;
        let mut was_rule = false;
        for line in lines.by_ref() {
            match (value, is_rule(line)) {
                (Some(value), true) => return Some(value),
                (_, is_rule) => {
                    value = (was_rule && is_value(line)).then_some(line);
                    was_rule = is_rule;
                }
            }
        }
        None
    })
}

fn is_rule(line: &str) -> bool {
    line.len() >= 2 * RULE.len() && line.starts_with(RULE) && line.ends_with(RULE)
}

fn is_value(line: &str) -> bool {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.=".contains(&byte);
    !line.is_empty() && !is_rule(line) && line.bytes().all(belongs)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "-----BEGIN NATS USER JWT-----\neyJ0.eyJq-dGk_.c2ln\n------END NATS USER JWT------\n\n\
        ************************* IMPORTANT *************************\n\
        NKEY Seed printed below can be used to sign and prove identity.\n\n\
        -----BEGIN USER NKEY SEED-----\nSUANQDPB2RUOE4ETUA26CNX7FUKE5ZZKFCQIIW63OX225F2CO7UEXTM7ZY\n\
        ------END USER NKEY SEED------\n\n*************************************************************\n";

    fn fault(file: &str) -> InvalidCredentials {
        file.parse::<Credentials>().expect_err("no credentials")
    }

    #[test]
    fn a_file_has_a_user_and_a_key() {
        let expected = ["eyJ0.eyJq-dGk_.c2ln", "SUANQDPB2RUOE4ETUA26CNX7FUKE5ZZKFCQIIW63OX225F2CO7UEXTM7ZY"];
        assert_eq!(values(FILE).collect::<Vec<_>>(), expected);
        assert_eq!(values(&FILE.replace('\n', "\r\n")).collect::<Vec<_>>(), expected);
        assert_eq!(values(FILE.trim_end_matches(['*', '\n'])).collect::<Vec<_>>(), expected);
        let credentials: Credentials = FILE.parse().expect("credentials");
        assert_eq!(format!("{credentials:?}"), "Credentials(…)");
    }

    #[test]
    fn what_stands_between_two_values_is_none() {
        let file = "---BEGIN---\none\n---END---\nbetween\n---BEGIN---\ntwo\n---END---\n";
        assert_eq!(values(file).collect::<Vec<_>>(), ["one", "two"]);
        let file = "---BEGIN---\ntwo words\n---END---\n---BEGIN---\none\nmore\n---END---\n";
        assert_eq!(values(file).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn a_file_that_lacks_something_is_refused() {
        assert!(matches!(fault(""), InvalidCredentials::User));
        let (user, _) = FILE.split_once("\n\n").expect("two parts");
        assert!(matches!(fault(user), InvalidCredentials::Key));
        assert!(matches!(fault(&FILE.replace("SUAN", "SUAM")), InvalidCredentials::Seed(_)));
    }
}

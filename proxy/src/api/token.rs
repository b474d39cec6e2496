//! Makes the token of this start, which opens what the API keeps from others: names, ids and
//! addresses. It lies in a file that only this user can read.
//!
//! A page gets the token for a one-time code, so that the token is in no URL and on no command
//! line.

use std::collections::VecDeque;
use std::fmt;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::folder::{RuntimeFolder, token_file, write_for};
use crate::proxy_place::ProxyPlace;

/// Time for which a code can be exchanged: a browser has to start in it.
pub(crate) const CODE_TIME: Duration = Duration::from_secs(30);

/// Codes at one time. The oldest has to go for another one.
const CODES_MAX: usize = 8;

/// The token of this start.
#[derive(Clone)]
pub(crate) struct Token(Arc<str>);

/// A file with the token. Dropping it removes the file.
#[derive(Debug)]
pub(crate) struct TokenFile(PathBuf);

/// Codes that can be exchanged for the token, each once.
#[derive(Debug, Default)]
pub(super) struct Codes(Mutex<VecDeque<(Secret, Instant)>>);

/// A text of 256 random bits. It is compared by its digest, so that time tells nothing of it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Secret([u8; 32]);

impl Token {
    pub(crate) fn generate() -> Result<Self, getrandom::Error> {
        Ok(Self(random_text()?.into()))
    }

    /// Gives whether `text` is the token.
    pub(super) fn is(&self, text: &str) -> bool {
        Secret::of(&self.0) == Secret::of(text)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Writes it into a file for those who may know it.
    pub(crate) fn keep_in(&self, folder: &RuntimeFolder, place: &ProxyPlace) -> io::Result<TokenFile> {
        let path = token_file(&folder.path, place);
        let mode = if folder.is_for_group { 0o640 } else { 0o600 };
        write_for(&path, self.0.as_bytes(), mode)?;
        Ok(TokenFile(path))
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        // What is left opens nothing any more.
        let _ = fs::remove_file(&self.0);
    }
}

impl Codes {
    /// A new code.
    pub(super) fn issue(&self) -> Result<String, getrandom::Error> {
        let code = random_text()?;
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if codes.len() == CODES_MAX {
            codes.pop_front();
        }
        codes.push_back((Secret::of(&code), Instant::now()));
        Ok(code)
    }

    /// Gives whether `code` can be exchanged now. It cannot a second time.
    pub(super) fn redeem(&self, code: &str) -> bool {
        self.redeem_at(code, Instant::now())
    }

    fn redeem_at(&self, code: &str, now: Instant) -> bool {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|(_, issued)| now.saturating_duration_since(*issued) < CODE_TIME);
        let code = Secret::of(code);
        let found = codes.iter().position(|(issued, _)| *issued == code);
        found.and_then(|index| codes.remove(index)).is_some()
    }
}

impl Secret {
    fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

fn random_text() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_exchanged_once_and_in_time() {
        let codes = Codes::default();
        let [used, late] = [(); 2].map(|()| codes.issue().unwrap());
        assert!(!codes.redeem("") && !codes.redeem(&used[1..]));
        assert!(codes.redeem(&used) && !codes.redeem(&used));
        assert!(!codes.redeem_at(&late, Instant::now() + CODE_TIME));
        assert!(!codes.redeem(&late), "it is forgotten");
    }

    #[test]
    fn only_so_many_codes_are_kept() {
        let codes = Codes::default();
        let issued: Vec<_> = (0..CODES_MAX + 1).map(|_| codes.issue().unwrap()).collect();
        assert!(!codes.redeem(&issued[0]));
        assert!(issued[1..].iter().all(|code| codes.redeem(code)));
    }

    #[test]
    fn a_token_is_no_other_and_is_not_shown() {
        let [one, other] = [(); 2].map(|()| Token::generate().unwrap());
        assert!(one.is(one.as_str()) && !one.is(other.as_str()) && !one.is(""));
        assert_eq!(format!("{one:?}"), "Token(…)");
    }
}

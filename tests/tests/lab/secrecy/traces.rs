//! The forms in which a secret could show on the network.

use std::collections::HashMap;

use anyhow::Result;
use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER};
use md5::Md5;
use nws_tests::lab::Capture;
use sha1::{Digest as _, Sha1};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// So many bytes are no accident; whoever announces a digest may well shorten it.
const SHORTEST: usize = 8;

/// One form of a secret.
pub(super) struct Trace {
    /// What it is called.
    pub(super) form: String,
    needle: Vec<u8>,
}

/// The secret, which is called `what`, and its digests, as bytes and as texts.
pub(super) fn traces(what: &str, secret: &str) -> Vec<Trace> {
    let mut all = Vec::new();
    for (case, secret) in [("its case", secret.to_owned()), ("lower case", secret.to_ascii_lowercase())] {
        let mut add = |form: &str, bytes: &[u8]| {
            let form = format!("{form} of {what} in {case}");
            all.push(Trace { form: form.clone(), needle: bytes.to_vec() });
            all.extend(
                texts(bytes).map(|(text, needle)| Trace { form: format!("{text} of {form}"), needle }),
            );
        };
        add("the bytes", secret.as_bytes());
        for (name, digest) in digests(secret.as_bytes()) {
            add(name, &digest[..SHORTEST]);
        }
    }
    all
}

fn digests(bytes: &[u8]) -> [(&'static str, Vec<u8>); 5] {
    [
        ("MD5", Md5::digest(bytes).to_vec()),
        ("SHA-1", Sha1::digest(bytes).to_vec()),
        ("SHA-256", Sha256::digest(bytes).to_vec()),
        ("SHA-384", Sha384::digest(bytes).to_vec()),
        ("SHA-512", Sha512::digest(bytes).to_vec()),
    ]
}

/// Texts of which one is there, in lower case, whenever the bytes are written in that encoding, whatever is before
/// and after them.
fn texts(bytes: &[u8]) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let encodings: [(&str, Encoding, usize, usize); 4] = [
        ("hexadecimal", HEXLOWER, 1, 2),
        ("base32", BASE32_NOPAD, 5, 8),
        ("base64", BASE64_NOPAD, 3, 4),
        ("base64url", BASE64URL_NOPAD, 3, 4),
    ];
    let bytes = bytes.to_vec();
    encodings.into_iter().flat_map(move |(name, encoding, group, letters)| {
        let bytes = bytes.clone();
        (0..group).map(move |before| {
            // Letters that stand for whole bytes of the secret and nothing else.
            let padded = [vec![0; before], bytes.clone()].concat();
            let text = encoding.encode(&padded).to_ascii_lowercase().into_bytes();
            let first = (before * letters).div_ceil(group);
            let last = padded.len() * letters / group;
            (name, text[first..last].to_vec())
        })
    })
}

/// Looks for many traces at once.
pub(super) struct Search {
    traces: HashMap<[u8; SHORTEST], Vec<Trace>>,
    /// Whether one begins with these two bytes; most do not, and are looked up no further.
    begin: Vec<bool>,
}

impl Search {
    pub(super) fn new(traces: impl IntoIterator<Item = Trace>) -> Self {
        let mut search = Self { traces: HashMap::new(), begin: vec![false; 1 << 16] };
        for trace in traces {
            let first = *trace.needle.first_chunk().expect("no trace is shorter");
            search.begin[beginning(&first)] = true;
            search.traces.entry(first).or_default().push(trace);
        }
        search
    }

    /// The first that shows: in what crossed as it came, or put together, so that the border of two packets cuts nothing.
    pub(super) fn of(&self, capture: &Capture) -> Result<Option<&Trace>> {
        let streams: Vec<_> = capture.streams()?.into_iter().map(|stream| stream.bytes).collect();
        Ok(capture.frames().iter().chain(&streams).find_map(|bytes| self.in_bytes(bytes)))
    }

    /// The first that shows in some bytes, in their own case or in lower case.
    fn in_bytes(&self, bytes: &[u8]) -> Option<&Trace> {
        [bytes, &bytes.to_ascii_lowercase()].into_iter().find_map(|bytes| {
            bytes.array_windows().enumerate().find_map(|(at, first)| {
                if !self.begin[beginning(first)] {
                    return None;
                }
                self.traces.get(first)?.iter().find(|trace| bytes[at..].starts_with(&trace.needle))
            })
        })
    }
}

fn beginning(bytes: &[u8; SHORTEST]) -> usize {
    u16::from_be_bytes([bytes[0], bytes[1]]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "Some-Secret";

    fn shows(bytes: &[u8]) -> bool {
        Search::new(traces("", SECRET))
            .in_bytes(&[b"what is before it ", bytes, b" and after"].concat())
            .is_some()
    }

    #[test]
    fn every_form_is_found() {
        assert!(!shows(b"Some-Other"));
        for bytes in [SECRET.as_bytes(), b"some-secret", b"SOME-SECRET"] {
            assert!(shows(bytes), "{bytes:?}");
        }
        let around = [b"x" as &[u8], b"", b"xy", b"xyz", b"wxyz"]
            .map(|before| [before, SECRET.as_bytes(), b"!"].concat());
        for bytes in around {
            for encoding in [HEXLOWER, BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD] {
                let text = encoding.encode(&bytes);
                assert!(shows(text.as_bytes()), "{text}");
                assert!(shows(text.to_ascii_lowercase().as_bytes()), "{text}");
            }
        }
        for (name, digest) in digests(SECRET.as_bytes()) {
            assert!(shows(&digest[..SHORTEST]), "{name}");
            assert!(shows(HEXLOWER.encode(&digest).to_uppercase().as_bytes()), "{name}");
            assert!(shows(&BASE32_NOPAD.encode(&digest).as_bytes()[..16]), "{name}");
        }
    }
}

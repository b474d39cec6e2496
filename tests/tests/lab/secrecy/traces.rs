//! The forms in which a secret could show on the network.

use anyhow::Result;
use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER};
use md5::Md5;
use memchr::memmem;
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

/// The secret and its digests, as bytes and as texts.
pub(super) fn traces(secret: &str) -> Vec<Trace> {
    let mut all = Vec::new();
    for (case, secret) in [("its own case", secret.to_owned()), ("lower case", secret.to_ascii_lowercase())] {
        let mut add = |what: &str, bytes: &[u8]| {
            all.push(Trace { form: format!("{what} of {case}"), needle: bytes.to_vec() });
            all.extend(
                texts(bytes)
                    .map(|(text, needle)| Trace { form: format!("{text} of {what} of {case}"), needle }),
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

/// All that was captured: as it came, and put together, so that nothing is cut by the border of two packets.
pub(super) struct Haystack {
    pieces: Vec<Vec<u8>>,
}

impl Haystack {
    pub(super) fn of(capture: &Capture) -> Result<Self> {
        let streams = capture.streams()?.into_iter().map(|stream| stream.bytes);
        Ok(Self::new(capture.frames().iter().cloned().chain(streams)))
    }

    fn new(pieces: impl Iterator<Item = Vec<u8>>) -> Self {
        Self { pieces: pieces.flat_map(|piece| [piece.to_ascii_lowercase(), piece]).collect() }
    }

    pub(super) fn has(&self, trace: &Trace) -> bool {
        let finder = memmem::Finder::new(&trace.needle);
        self.pieces.iter().any(|piece| finder.find(piece).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "Some-Secret";

    fn shows(bytes: &[u8]) -> Vec<String> {
        let haystack = Haystack::new([[b"what is before it ", bytes, b" and after"].concat()].into_iter());
        traces(SECRET).into_iter().filter(|trace| haystack.has(trace)).map(|trace| trace.form).collect()
    }

    #[test]
    fn every_form_is_found() {
        assert_eq!(shows(b"Some-Other"), Vec::<String>::new());
        for bytes in [SECRET.as_bytes(), b"some-secret", b"SOME-SECRET"] {
            assert!(!shows(bytes).is_empty(), "{bytes:?}");
        }
        let around = [b"x" as &[u8], b"", b"xy", b"xyz", b"wxyz"]
            .map(|before| [before, SECRET.as_bytes(), b"!"].concat());
        for bytes in around {
            for encoding in [HEXLOWER, BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD] {
                let text = encoding.encode(&bytes);
                assert!(!shows(text.as_bytes()).is_empty(), "{text}");
                assert!(!shows(text.to_ascii_lowercase().as_bytes()).is_empty(), "{text}");
            }
        }
        for (name, digest) in digests(SECRET.as_bytes()) {
            assert!(!shows(&digest[..SHORTEST]).is_empty(), "{name}");
            assert!(!shows(HEXLOWER.encode(&digest).to_uppercase().as_bytes()).is_empty(), "{name}");
            assert!(!shows(&BASE32_NOPAD.encode(&digest).as_bytes()[..16]).is_empty(), "{name}");
        }
    }
}

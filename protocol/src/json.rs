//! JSON texts, which are relayed and never decoded.

use std::borrow::Cow;

use crate::limits::DATA_DEPTH_MAX;

/// The bytes of a string that are looked at together: four vectors of SSE2 or NEON.
const BLOCK: usize = 64;

/// A JSON value as the text in which it came (RFC 8259), nested at most [`DATA_DEPTH_MAX`] deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

impl<'a> Json<'a> {
    /// Takes `text` if it is a JSON string without escapes. That is the common case, and needs no
    /// parser.
    pub(crate) fn plain_string(text: &'a str) -> Option<Self> {
        plain_content(text).map(|_| Self(text))
    }

    /// Takes the text of a value that a parser has accepted; `None` when it is nested too deep.
    pub(crate) fn from_valid(text: &'a str) -> Option<Self> {
        (depth(text) <= DATA_DEPTH_MAX).then_some(Self(text))
    }

    /// Checks `text`, which must be one JSON value. Whitespace around it is left out.
    #[must_use]
    pub fn new(text: &'a str) -> Option<Self> {
        if let Some(string) = Self::plain_string(text) {
            return Some(string);
        }
        let value: &serde_json::value::RawValue = serde_json::from_str(text).ok()?;
        Self::from_valid(value.get())
    }

    /// Appends `text` to `out` as a JSON string.
    pub fn write_string(text: &str, out: &mut String) {
        if is_plain(text.as_bytes()) {
            out.push('"');
            out.push_str(text);
            out.push('"');
        } else {
            out.push_str(&serde_json::Value::from(text).to_string());
        }
    }

    /// The text, byte for byte.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// Whether it has more than `max` bytes. Of a string the text in UTF-8 is counted, and any
    /// other value as it is written.
    #[must_use]
    #[inline]
    pub fn is_longer_than(self, max: usize) -> bool {
        // A string is never shorter in JSON than it is decoded.
        self.0.len() > max && self.len() > max
    }

    #[cold]
    fn len(self) -> usize {
        match self.0.strip_prefix('"') {
            Some(content) => decoded_len(content.strip_suffix('"').unwrap_or(content)),
            None => self.0.len(),
        }
    }

    /// The value if it is a string. Half of a surrogate pair, which JSON allows and UTF-8 does not,
    /// becomes U+FFFD.
    #[must_use]
    pub fn string(self) -> Option<Cow<'a, str>> {
        if let Some(content) = plain_content(self.0) {
            return Some(Cow::Borrowed(content));
        }
        if !self.0.starts_with('"') {
            return None;
        }
        Some(Cow::Owned(decode_string(self.0)))
    }
}

/// The text between the quotes, if nothing there needs decoding.
fn plain_content(text: &str) -> Option<&str> {
    let content = text.strip_prefix('"')?.strip_suffix('"')?;
    is_plain(content.as_bytes()).then_some(content)
}

/// Whether no byte is a quote, a backslash or a control character.
fn is_plain(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    blocks.iter().all(is_plain_block) && !rest.iter().copied().any(needs_decoding)
}

/// The same for one block, without an early exit, so that the compiler makes vector code of it.
fn is_plain_block(block: &[u8; BLOCK]) -> bool {
    block.iter().fold(0, |found, &byte| found | u8::from(needs_decoding(byte))) == 0
}

const fn needs_decoding(byte: u8) -> bool {
    byte == b'"' || byte == b'\\' || byte < 0x20
}

/// The bytes of a valid string once it is decoded. `content` is the text between its quotes.
fn decoded_len(content: &str) -> usize {
    let (mut len, mut rest) = (0, content);
    while let Some((plain, escape)) = rest.split_once('\\') {
        let (decoded, taken) = decode_escape(escape);
        len += plain.len() + decoded;
        rest = escape.get(taken..).unwrap_or_default();
    }
    len + rest.len()
}

/// The number of bytes for which an escape stands, and the number that it has after its backslash.
fn decode_escape(escape: &str) -> (usize, usize) {
    match code_unit(escape) {
        None => (1, 1),
        Some(0..0x80) => (1, 5),
        Some(0x80..0x800) => (2, 5),
        Some(0xd800..0xdc00) if is_low_surrogate(escape.get(5..)) => (4, 11),
        // Half of a surrogate pair is decoded as U+FFFD.
        Some(_) => (3, 5),
    }
}

fn is_low_surrogate(rest: Option<&str>) -> bool {
    let unit = rest.and_then(|rest| code_unit(rest.strip_prefix('\\')?));
    unit.is_some_and(|unit| (0xdc00..0xe000).contains(&unit))
}

fn code_unit(escape: &str) -> Option<u16> {
    u16::from_str_radix(escape.strip_prefix('u')?.get(..4)?, 16).ok()
}

fn decode_string(text: &str) -> String {
    if let Ok(string) = serde_json::from_str(text) {
        return string;
    }
    // Only half of a surrogate pair is left as a reason. serde_json gives it to byte buffers as the
    // three bytes that UTF-8 would have (WTF-8).
    let bytes: Vec<u8> = serde_json::from_str::<WtfBytes>(text).map(|bytes| bytes.0).unwrap_or_default();
    let mut string = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        string.push_str(chunk.valid());
        // A surrogate is reported as 0xED and two single bytes.
        if chunk.invalid().first().is_some_and(|&byte| byte == 0xed) {
            string.push(char::REPLACEMENT_CHARACTER);
        }
    }
    string
}

struct WtfBytes(Vec<u8>);

impl<'de> serde::Deserialize<'de> for WtfBytes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = WtfBytes;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<WtfBytes, E> {
                Ok(WtfBytes(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Visitor)
    }
}

/// The depth to which arrays and objects are nested in a valid JSON text.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn skip_string(bytes: &mut std::str::Bytes<'_>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_needs_decoding_is_found_in_long_strings() {
        for len in [63, 64, 65, 128, 130] {
            for at in 0..len {
                for byte in [b'"', b'\\', b'\x1f', 0] {
                    let mut text = vec![b'x'; len];
                    text[at] = byte;
                    assert!(!is_plain(&text), "{byte} at {at} of {len}");
                }
            }
            assert!(is_plain(&vec![b' '; len]));
        }
    }

    #[test]
    fn a_string_is_as_long_as_its_text() {
        let whole = "a\"\\/\u{8}\n\u{1}\u{7f}\u{e4}\u{2028}\u{ffff}\u{1f600}".repeat(3);
        let escaped: String = whole.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
        let halves = r#"\ud83d\ude00\ud83d\ud83d\ude00\ude00\ud83dx\ud83d\n\u0000\/\\\""#;
        let written = serde_json::to_string(&whole).unwrap();
        for text in [written.as_str(), &format!("\"{escaped}\""), &format!("\"{halves}\""), r#""""#] {
            let json = Json::new(text).unwrap();
            let len = json.string().unwrap().len();
            assert_eq!(json.len(), len, "{text}");
            assert!(json.is_longer_than(len - len.min(1)) == (len > 0) && !json.is_longer_than(len));
        }
        for text in ["1.0e+2", r#"["\u0041" ]"#, r#"{"\u00e9" :null}"#] {
            assert_eq!(Json::new(text).unwrap().len(), text.len());
        }
    }

    #[test]
    fn plain_strings_are_json() {
        for text in [
            "\"\"",
            "\"plain ä\"",
            "\"a\nb\"",
            "\"a\\\\b\"",
            "\"a\"b\"",
            "\"",
            "a",
            "\"\u{7f}\u{80}\u{2028}\"",
        ] {
            let plain = Json::plain_string(text);
            assert!(plain.is_none() || plain == Json::new(text), "{text:?}");
        }
        assert!(Json::plain_string("\"plain ä\"").is_some());
        assert!(Json::plain_string("\"a\nb\"").is_none());
    }
}

//! Files between peers, as docs/files.md describes it.

mod name;
mod part;

use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest as _, Sha256};

pub(crate) use name::clean;
pub(crate) use part::Part;

/// The version of the offers that can be asked for.
pub(crate) const VERSION: u64 = 1;

/// Bytes of a part that is offered here.
pub(crate) const PART: u64 = 262_144;

/// The most bytes that may be on their way, whatever a receiver asks for.
pub(crate) const WINDOW_MAX: u64 = 4 * 1024 * 1024;

/// Bytes that a receiver here wants to be on their way.
pub(crate) const WINDOW: u64 = 2 * 1024 * 1024;

const PART_SIZES: std::ops::RangeInclusive<u64> = 1024..=983_040;
const PARTS_MAX: u64 = 1_048_576;
const SIZE_MAX: u64 = (1 << 53) - 1;
const CONTROL_MAX: usize = 16 * 1024;
const NAME_MAX: usize = 1024;
const REASON_MAX: usize = 40;
/// Files that one message may ask about.
pub(crate) const SEEK_MAX: usize = 100;

/// SHA-256 of something.
pub(crate) type Hash = [u8; 32];

/// A file that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(crate) v: u64,
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) size: u64,
    #[serde(default, deserialize_with = "hint")]
    pub(crate) mime: String,
    pub(crate) part: u64,
}

/// A control message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub(crate) enum Control {
    #[serde(rename = "file-offer")]
    Offer(Offer),
    #[serde(rename = "file-done")]
    Done { file: String, stream: u32, hash: String },
    #[serde(rename = "file-fail")]
    Fail { file: String, stream: u32, reason: String },
    #[serde(rename = "file-withdraw")]
    Withdraw { file: String },
    #[serde(rename = "file-get")]
    Get { file: String, stream: u32, from: u64, window: u64 },
    #[serde(rename = "file-ack")]
    Ack { file: String, stream: u32, next: u64 },
    #[serde(rename = "file-got")]
    Got { file: String, stream: u32 },
    #[serde(rename = "file-stop")]
    Stop { file: String, stream: u32, reason: String },
    #[serde(rename = "file-seek")]
    Seek { files: Vec<String> },
}

impl Offer {
    /// How many parts the file has.
    pub(crate) const fn count(&self) -> u64 {
        self.size.div_ceil(self.part)
    }

    /// How many bytes a part has.
    pub(crate) fn length(&self, index: u64) -> u64 {
        self.part.min(self.size.saturating_sub(index * self.part))
    }

    /// How much of a hundred so many bytes are.
    pub(crate) fn share(&self, bytes: u64) -> u64 {
        u64::try_from(u128::from(bytes) * 100 / u128::from(self.size.max(1))).unwrap_or(100)
    }

    /// Gives whether it keeps the limits.
    pub(crate) fn is_sound(&self) -> bool {
        (1..=NAME_MAX).contains(&self.name.encode_utf16().count())
            && self.size <= SIZE_MAX
            && PART_SIZES.contains(&self.part)
            && self.count() <= PARTS_MAX
    }
}

impl Control {
    /// Reads a control message; `None` for what is malformed, unknown, or not about files.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > CONTROL_MAX || !text.contains("\"file-") {
            return None;
        }
        serde_json::from_str(text).ok().filter(Self::is_sound)
    }

    pub(crate) fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn is_sound(&self) -> bool {
        let is_reason = |reason: &str| (1..=REASON_MAX).contains(&reason.encode_utf16().count());
        match self {
            Self::Offer(offer) => is_hex(&offer.file, 32) && offer.is_sound(),
            Self::Done { file, hash, .. } => is_hex(file, 32) && is_hex(hash, 64),
            Self::Fail { file, reason, .. } | Self::Stop { file, reason, .. } => {
                is_hex(file, 32) && is_reason(reason)
            }
            Self::Get { file, window, .. } => is_hex(file, 32) && *window > 0,
            Self::Withdraw { file } | Self::Ack { file, .. } | Self::Got { file, .. } => is_hex(file, 32),
            Self::Seek { files } => files.len() <= SEEK_MAX && files.iter().all(|file| is_hex(file, 32)),
        }
    }
}

/// What is no text is no hint.
fn hint<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}

/// Gives whether it can be the id of a file.
pub(crate) fn is_id(text: &str) -> bool {
    is_hex(text, 32)
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn hash(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// What `file-done` says of a file whose parts have these hashes.
pub(crate) fn hash_of_all(hashes: &[Hash]) -> String {
    hex(&hash(hashes.as_flattened()))
}

/// The greeting that pages of the chat wait for.
pub(crate) const HELLO: &str = r#"{"type":"hello","demo":"chat","nick":"nws","here":0}"#;

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn what_is_written_is_read() {
        let offer = Offer {
            v: 1,
            file: FILE.to_owned(),
            name: "cat.png".to_owned(),
            size: 70_123,
            mime: String::new(),
            part: PART,
        };
        let control = Control::Offer(offer);
        assert_eq!(Control::parse(&control.text()), Some(control));
    }

    fn vectors(list: &str) -> Vec<serde_json::Value> {
        let path = format!("{}/../protocol/vectors/files.json", env!("CARGO_MANIFEST_DIR"));
        let mut file: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        serde_json::from_value(file[list].take()).unwrap()
    }

    /// A text, which may stand in pieces, and they as a repetition.
    fn text(value: &serde_json::Value) -> String {
        if let Some(pieces) = value.as_array() {
            return pieces.iter().map(text).collect();
        }
        match (value["repeat"].as_str(), value["times"].as_u64()) {
            (Some(piece), Some(times)) => piece.repeat(times as usize),
            _ => value.as_str().unwrap().to_owned(),
        }
    }

    #[test]
    fn names_are_those_of_the_vectors() {
        for row in vectors("saved") {
            let saved = text(&row["as"]);
            assert_eq!(clean(&text(&row["name"])), saved, "{row}");
            assert_eq!(clean(&saved), saved);
        }
    }

    #[test]
    fn messages_are_heeded_as_in_the_vectors() {
        for row in vectors("messages") {
            assert_eq!(Control::parse(&text(&row["text"])).is_some(), row["heeded"] == true, "{row}");
        }
    }

    #[test]
    fn offers_that_lie_are_none() {
        let offer = |name: &str, size: u64, part: u64| {
            let text = format!(
                r#"{{"type":"file-offer","v":1,"file":"{FILE}","name":"{name}","size":{size},"mime":"","part":{part}}}"#
            );
            Control::parse(&text).is_some()
        };
        assert!(offer("a", 0, 1024) && offer("a", 1 << 39, 983_040));
        assert!(!offer("", 1, 1024));
        assert!(!offer("a", 1, 0) && !offer("a", 1, 983_041));
        assert!(!offer("a", 1 << 53, 983_040));
        assert!(!offer("a", 1 << 31, 1024), "too many parts");
    }

    #[test]
    fn what_is_no_control_message_is_ignored() {
        for text in [
            "hello",
            r#"{"type":"file-fly"}"#,
            r#"{"type":"file-withdraw"}"#,
            r#"{"type":"file-withdraw","file":"../../etc"}"#,
            r#"{"type":"file-got","file":"0123456789abcdef0123456789abcdef","stream":-1}"#,
            r#"{"type":"file-"#,
        ] {
            assert_eq!(Control::parse(text), None, "{text}");
        }
    }
}

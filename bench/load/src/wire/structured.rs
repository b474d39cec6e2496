//! Structured frames: JSON with `action`, `source`, `target` and `data`.

use std::borrow::Cow;

use memchr::memchr2;
use serde_json::Value;

use super::arrival::{Arrival, Broken, Data};

pub(super) fn broadcast(data: &[u8]) -> [&[u8]; 3] {
    [br#"{"action":"broadcast","data":""#, data, br#""}"#]
}

pub(super) fn message<'a>(target: &'a [u8], data: &'a [u8]) -> [&'a [u8]; 5] {
    [br#"{"action":"message","target":""#, target, br#"","data":""#, data, br#""}"#]
}

/// Reads a frame: the fast way if it is written as servers usually do, otherwise with a JSON
/// parser.
pub(super) fn read(text: &[u8]) -> Result<Arrival<'_>, Broken> {
    at_a_glance(text).map_or_else(|| with_care(text), Ok)
}

/// Gives `None` if the keys have another order, or if there are blanks or escapes. `data` is not
/// checked here: a later comparison finds any byte of it that is not as it was sent.
fn at_a_glance(text: &[u8]) -> Option<Arrival<'_>> {
    let rest = text.strip_prefix(br#"{"action":""#)?;
    if let Some(rest) = rest.strip_prefix(br#"broadcast""#) {
        let (source, rest) = field(rest, br#","source":""#)?;
        return Some(data(false, source, None, rest.strip_prefix(br#","data":""#)?.strip_suffix(br#""}"#)?));
    }
    let (action, rest) = rest.split_at(rest.iter().position(|byte| *byte == b'"')?);
    let (source, rest) = field(&rest[1..], br#","source":""#)?;
    let (target, rest) = field(rest, br#","target":""#)?;
    match action {
        b"message" => {
            let bytes = rest.strip_prefix(br#","data":""#)?.strip_suffix(br#""}"#)?;
            Some(data(true, source, Some(target), bytes))
        }
        b"connect" if rest == b"}" => Some(Arrival::Here(target.into())),
        b"disconnect" if rest == b"}" => Some(Arrival::Gone(target.into())),
        b"status" if rest == b"}" => Some(Arrival::Name(target.into())),
        _ => None,
    }
}

/// Takes a key and its value from the front, if the value has no escapes.
fn field<'a>(text: &'a [u8], key: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let rest = text.strip_prefix(key)?;
    let (value, rest) = rest.split_at(memchr2(b'"', b'\\', rest)?);
    Some((value, rest.strip_prefix(b"\"")?))
}

fn data<'a>(is_direct: bool, source: &'a [u8], target: Option<&'a [u8]>, data: &'a [u8]) -> Arrival<'a> {
    let (source, target) = (Some(source.into()), target.map(Into::into));
    Arrival::Data(Data { is_direct: Some(is_direct), source, target, data: data.into() })
}

fn with_care(text: &[u8]) -> Result<Arrival<'_>, Broken> {
    let wrong = || Broken::Unstructured(String::from_utf8_lossy(&text[..text.len().min(80)]).into_owned());
    let frame: Value = serde_json::from_slice(text).map_err(|_| wrong())?;
    let field = |key: &str| frame[key].as_str().map(str::to_owned).ok_or_else(wrong);
    let id = |key| field(key).map(|id| Cow::Owned(id.into_bytes()));
    let other = || id("target");
    match field("action")?.as_str() {
        "connect" => other().map(Arrival::Here),
        "disconnect" => other().map(Arrival::Gone),
        "status" => other().map(Arrival::Name),
        "welcome" => Ok(Arrival::Aside),
        "error" => Err(Broken::Error(format!("{}: {}", field("code")?, field("reason")?))),
        action @ ("broadcast" | "message") => {
            let is_direct = action == "message";
            let target = if is_direct { Some(other()?) } else { None };
            let (source, data) = (Some(id("source")?), field("data")?.into_bytes().into());
            Ok(Arrival::Data(Data { is_direct: Some(is_direct), source, target, data }))
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_readers_agree() {
        for text in [
            r#"{"action":"broadcast","source":"7","data":"hi"}"#,
            r#"{"action":"message","source":"7","target":"8","data":"hi"}"#,
            r#"{"action":"connect","source":"7","target":"8"}"#,
            r#"{"action":"disconnect","source":"7","target":"8"}"#,
            r#"{"action":"status","source":"7","target":"7"}"#,
        ] {
            let glance = at_a_glance(text.as_bytes());
            assert!(glance.is_some(), "{text}");
            assert_eq!(glance, with_care(text.as_bytes()).ok());
        }
    }

    #[test]
    fn what_says_nothing_of_others_is_set_aside() {
        let welcome =
            br#"{"action":"welcome","source":"7","target":"7","peers":0,"version":1,"settled":true}"#;
        assert_eq!(read(welcome), Ok(Arrival::Aside));
    }

    #[test]
    fn any_way_to_write_it_is_read() {
        let plain = read(br#"{"action":"broadcast","source":"7","data":"hi"}"#);
        assert_eq!(read(br#"{ "data": "h\u0069", "source": "7", "action": "broadcast" }"#), plain);
    }

    #[test]
    fn what_is_no_frame_is_told() {
        for text in
            [&b"{"[..], b"7", br#"{"action":"dance"}"#, br#"{"action":"broadcast","source":"7"}"#, b"\xff"]
        {
            assert!(matches!(read(text), Err(Broken::Unstructured(_))));
        }
        let error = br#"{"action":"error","code":"unknown-target","reason":"not here"}"#;
        assert_eq!(read(error), Err(Broken::Error("unknown-target: not here".to_owned())));
    }
}

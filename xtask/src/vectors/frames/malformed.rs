//! What is no frame. The program is told so, and all goes on. A peer cannot cause any of these: the
//! proxy writes every frame, and passes on `data` only.

use super::super::script::Case;
use super::{bad_frame, nothing, unreadable};

pub(super) fn cases() -> Vec<Case> {
    let texts = TEXTS.map(|frame| unreadable(&format!("unreadable: {frame}"), frame));
    let binary =
        BINARY.map(|(name, frame)| Case::new(format!("unreadable: {name}")).bytes(frame).sees(bad_frame()));
    let streams = STREAMS.map(|(name, frame)| nothing(name, frame));
    let part = Case::new("a part of a stream that is not there").bytes("0305616c6963650000000700ff");
    texts.into_iter().chain(binary).chain(streams).chain([part]).collect()
}

const TEXTS: [&str; 30] = [
    "",
    " ",
    "x",
    "{",
    "[]",
    "{}",
    "1",
    "null",
    "true",
    "\"broadcast\"",
    r#"{"action":"broadcast","source":"alice","data":"x""#,
    r#"{"action":"broadcast","source":"alice","data":"x"}}"#,
    r#"{"action":"broadcast","source":"alice","data":"x"}{}"#,
    r#"{'action':'broadcast','source':'alice','data':'x'}"#,
    r#"{"action":"broadcast","source":"alice","data":NaN}"#,
    r#"{"action":"broadcast","source":"alice","data":-Infinity}"#,
    r#"{"action":"broadcast","source":"alice","data":01}"#,
    r#"{"action":"broadcast","source":"alice","data":}"#,
    r#"{"source":"alice","data":"x"}"#,
    r#"{"action":null,"source":"alice","data":"x"}"#,
    r#"{"action":["broadcast"],"source":"alice","data":"x"}"#,
    r#"{"action":"broadcast","data":"x"}"#,
    r#"{"action":"broadcast","source":7,"data":"x"}"#,
    r#"{"action":"broadcast","source":null,"data":"x"}"#,
    r#"{"action":"broadcast","source":"alice"}"#,
    r#"{"action":"message","source":"alice","target":"me"}"#,
    r#"{"action":"message","target":"me","data":"x"}"#,
    r#"{"action":"connect","source":"me"}"#,
    r#"{"action":"disconnect","source":"me","target":["alice"]}"#,
    r#"{"action":"error","reason":"why"}"#,
];

/// In hexadecimal digits.
const BINARY: [(&str, &str); 9] = [
    ("no byte", ""),
    ("one byte", "01"),
    ("an id that is cut", "0105616c6963"),
    ("no id", "0105"),
    ("kind 0", "0005616c69636578"),
    ("kind 4", "0405616c69636578"),
    ("kind 255", "ff05616c69636578"),
    ("an id that is not UTF-8", "0105616c69ff6578"),
    ("a part of a stream without its head", "0305616c69636500000007"),
];

/// Frames of streams whose `data`, which a peer has written, has no number: there is nothing to do.
const STREAMS: [(&str, &str); 9] = [
    ("stream: data is no object", r#"{"action":"stream","source":"alice","target":"me","data":"x"}"#),
    ("stream: data is null", r#"{"action":"stream","source":"alice","target":"me","data":null}"#),
    ("stream: no number", r#"{"action":"stream","source":"alice","target":"me","data":{"event":"dial"}}"#),
    (
        "stream: a text for a number",
        r#"{"action":"stream","source":"alice","target":"me","data":{"stream":"7","event":"accept"}}"#,
    ),
    (
        "stream: true for a number",
        r#"{"action":"stream","source":"alice","target":"me","data":{"stream":true,"event":"accept"}}"#,
    ),
    (
        "stream: half a number",
        r#"{"action":"stream","source":"alice","target":"me","data":{"stream":7.5,"event":"accept"}}"#,
    ),
    (
        "stream: a negative number",
        r#"{"action":"stream","source":"alice","target":"me","data":{"stream":-1,"event":"accept"}}"#,
    ),
    (
        "stream: a number beyond 32 bits",
        r#"{"action":"stream","source":"alice","target":"me","data":{"stream":4294967303,"event":"accept"}}"#,
    ),
    (
        "stream: a close of what is not there",
        r#"{"action":"stream","source":"alice","target":"me","data":{"stream":7,"event":"close"}}"#,
    ),
];

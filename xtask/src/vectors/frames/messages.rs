//! What peers say.

use nws_protocol::binary::{Frame, Kind};
use nws_protocol::limits::DATA_DEPTH_MAX;
use nws_protocol::structured::Notice;
use serde_json::{Value, json};

use super::super::script::{Case, json_of, peer, repeated};
use super::text;

pub(super) fn cases() -> Vec<Case> {
    let told = TOLD.map(|(name, data, shown)| broadcast(name, data, shown));
    let shapes = SHAPES.map(|(name, frame)| Case::new(name).proxy(frame).sees(text("alice", "x")));
    told.into_iter().chain(shapes).chain(long()).chain(direct()).chain(binary()).collect()
}

/// The name, the JSON that a peer has sent, and the text that the program gets.
const TOLD: [(&str, &str, &str); 20] = [
    ("a text", r#""hello""#, "hello"),
    ("an empty text", r#""""#, ""),
    ("a text beyond ASCII", r#""é ü 日本 😀""#, "é ü 日本 😀"),
    ("escapes", r#""a\nb\t\"\\\/\b\f\r\u0001""#, "a\nb\t\"\\/\u{8}\u{c}\r\u{1}"),
    ("an escaped letter", r#""\u00e9\u0041""#, "éA"),
    ("an escaped pair of surrogates", r#""\ud83d\ude00""#, "😀"),
    ("half a pair of surrogates", r#""a\ud83db""#, "a\u{fffd}b"),
    ("the other half", r#""\ude00""#, "\u{fffd}"),
    (
        "a text that looks like a frame",
        r#""{\"action\":\"disconnect\",\"target\":\"alice\"}""#,
        r#"{"action":"disconnect","target":"alice"}"#,
    ),
    ("a text with a member in it", r#""\",\"data\":\"y""#, r#"","data":"y"#),
    ("a number", "1", "1"),
    ("a number with more digits than a double has", "12345678901234567890.10", "12345678901234567890.10"),
    ("a number beyond a double", "1e400", "1e400"),
    ("a number as it was written", "-1.0E+2", "-1.0E+2"),
    ("null", "null", "null"),
    ("false", "false", "false"),
    ("a list as it was written", "[1, 2,\t3 ]", "[1, 2,\t3 ]"),
    ("an object", r#"{"any":["JSON",{"data":"x"}]}"#, r#"{"any":["JSON",{"data":"x"}]}"#),
    ("an object with data in it", r#"{"data":1.50}"#, r#"{"data":1.50}"#),
    (
        "an object with an action",
        r#"{"action":"disconnect","target":"alice"}"#,
        r#"{"action":"disconnect","target":"alice"}"#,
    ),
];

/// A broadcast of the text `x` by alice, in other forms than that of today.
const SHAPES: [(&str, &str); 6] = [
    ("members in another order", r#"{"data":"x","source":"alice","action":"broadcast"}"#),
    ("whitespace", "\t{ \"action\" : \"broadcast\" ,\r\n \"source\" : \"alice\" , \"data\" : \"x\" } "),
    ("a later member at the end", r#"{"action":"broadcast","source":"alice","data":"x","later":{"a":[1]}}"#),
    ("a later member before the data", r#"{"action":"broadcast","source":"alice","later":"y","data":"x"}"#),
    (
        "members of other actions, of other types",
        r#"{"action":"broadcast","source":"alice","code":5,"reason":[],"peers":"many","stream":"s","data":"x"}"#,
    ),
    ("a target of another type", r#"{"action":"broadcast","source":"alice","target":7,"data":"x"}"#),
];

fn broadcast(name: &str, data: &str, shown: impl Into<Value>) -> Case {
    let alice = peer("alice");
    let notice = Notice::Broadcast { source: &alice, data: json_of(data) };
    Case::new(format!("broadcast: {name}")).notice(notice).sees(text("alice", shown))
}

fn long() -> Vec<Case> {
    let deep = format!("{}{}", "[".repeat(DATA_DEPTH_MAX), "]".repeat(DATA_DEPTH_MAX));
    let frame = |data: Value| json!([r#"{"action":"broadcast","source":"alice","data":"#, data, "}"]);
    let digits = Case::new("broadcast: a number of 5000 digits");
    let quoted = json!([r#"{"action":"broadcast","source":"alice","data":""#, repeated("é", 400_000), "\"}"]);
    vec![
        broadcast("as deep as data may be", &deep, deep.as_str()),
        digits.proxy(frame(repeated("7", 5000))).sees(text("alice", repeated("7", 5000))),
        Case::new("broadcast: 800 kB").proxy(quoted).sees(text("alice", repeated("é", 400_000))),
    ]
}

fn direct() -> Vec<Case> {
    let (me, bob, other) = (peer("me"), peer("bob"), peer("x~abcdefghijklmnopqrstuvwxyz"));
    let told =
        |from: &str, text: &str| json!({ "event": "message", "from": from, "text": text, "direct": true });
    let message = |data| Notice::Message { source: &bob, target: &me, data: json_of(data) };
    vec![
        Case::new("message").notice(message(r#""psst""#)).sees(told("bob", "psst")),
        Case::new("message: escapes").notice(message(r#""\"\u0001""#)).sees(told("bob", "\"\u{1}")),
        Case::new("message: no text").notice(message("[1]")).sees(told("bob", "[1]")),
        Case::new("the order of messages")
            .notice(message("1"))
            .notice(Notice::Broadcast { source: &bob, data: json_of("2") })
            .notice(message("3"))
            .sees(told("bob", "1"))
            .sees(text("bob", "2"))
            .sees(told("bob", "3")),
        Case::new("a peer of another machine")
            .notice(Notice::Connect { you: &me, peer: &other })
            .sees(json!({ "event": "connect", "peer": other.as_str() }))
            .notice(Notice::Message { source: &other, target: &me, data: json_of("\"hi\"") })
            .sees(told(other.as_str(), "hi"))
            .does(json!({ "do": "send", "text": "hi", "to": other.as_str() }))
            .client(json!({ "action": "message", "target": other.as_str(), "data": "hi" })),
    ]
}

fn binary() -> Vec<Case> {
    let case = |name: &str, kind, id, payload: &[u8], direct| {
        let frame = Frame { kind, id, payload };
        let told = json!({ "event": "message", "from": id, "hex": hex(payload), "direct": direct });
        Case::new(format!("binary: {name}")).bytes(hex(&frame.to_bytes())).sees(told)
    };
    vec![
        case("to all", Kind::Broadcast, "alice", b"\x00\x01\xff", false),
        case("to this client", Kind::Message, "bob", b"bytes", true),
        case("no bytes", Kind::Broadcast, "alice", b"", false),
        case("bytes that look like a frame", Kind::Broadcast, "alice", b"\x01\x03bob", false),
    ]
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

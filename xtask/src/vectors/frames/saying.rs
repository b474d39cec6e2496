//! What a program says, and the frame that this is.

use nws_protocol::binary::{Frame, Kind};
use nws_protocol::structured::Saying;
use serde_json::{Value, json};

use super::super::script::{Case, MESSAGE_MAX, repeated};
use super::messages::hex;

pub(super) fn cases() -> Vec<Case> {
    let texts =
        ["hello", "", "é ü 日本 😀", "q\"\\\n\u{1}\u{7f}\u{2028}", r#"{"action":"status"}"#].map(text);
    let binary = [&b"\x00\xff"[..], b""].map(bytes);
    texts.into_iter().chain(binary).flatten().chain(large()).chain(refused()).collect()
}

fn text(text: &str) -> [Case; 2] {
    [None, Some("alice")].map(|to| {
        let frame = Saying::Text(text).frame(to);
        let frame = serde_json::from_str(&frame).unwrap_or_else(|_| unreachable!("{frame} is JSON"));
        Case::new(format!("send: {text:?} to {}", to.unwrap_or("all")))
            .does(json!({ "do": "send", "text": text, "to": to }))
            .client(frame)
    })
}

fn bytes(payload: &[u8]) -> [Case; 2] {
    [None, Some("alice")].map(|to| {
        let kind = if to.is_some() { Kind::Message } else { Kind::Broadcast };
        let frame = Frame { kind, id: to.unwrap_or_default(), payload };
        Case::new(format!("send: the bytes {} to {}", hex(payload), to.unwrap_or("all")))
            .does(json!({ "do": "send", "hex": hex(payload), "to": to }))
            .client_bytes(hex(&frame.to_bytes()))
    })
}

fn large() -> Vec<Case> {
    let most = repeated("é", MESSAGE_MAX / 2);
    let most_bytes = repeated("00", MESSAGE_MAX);
    vec![
        Case::new("send: as long as a text may be")
            .does(json!({ "do": "send", "text": most }))
            .client(json!({ "action": "broadcast", "data": most })),
        Case::new("send: as many bytes as there may be")
            .does(json!({ "do": "send", "hex": most_bytes }))
            .client_bytes(json!(["0100", most_bytes])),
        refusal("a text that is too long", json!({ "text": repeated("é", MESSAGE_MAX / 2 + 1) }), "too-big"),
        refusal("too many bytes", json!({ "hex": repeated("00", MESSAGE_MAX + 1) }), "too-big"),
        refusal(
            "too long for a peer",
            json!({ "text": repeated("é", MESSAGE_MAX / 2 + 1), "to": "bob" }),
            "too-big",
        ),
    ]
}

fn refused() -> Vec<Case> {
    vec![refusal("nobody has this id", json!({ "text": "x", "to": "zoe" }), "peer-gone")]
}

/// A message of which no frame is sent.
fn refusal(name: &str, mut command: Value, error: &str) -> Case {
    command["do"] = "send".into();
    let failed = json!({ "event": "failed", "do": "send", "error": error });
    Case::new(format!("send: {name}")).does(command).sees(failed)
}

//! What protocol/vectors says of names and of single frames holds for this crate.

use nws_protocol::binary::{self, Kind, StreamPart};
use nws_protocol::structured::Arrival;
use nws_protocol::{ChannelName, Json};
use serde_json::{Value, json};

fn file(name: &str) -> Value {
    let path = format!("{}/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).expect("the vectors are there"))
        .expect("the vectors are there")
}

/// A text, which may stand in pieces, and they as a repetition.
fn text(value: &Value) -> String {
    if let Some(pieces) = value.as_array() {
        return pieces.iter().map(text).collect();
    }
    match (value["repeat"].as_str(), value["times"].as_u64()) {
        (Some(piece), Some(times)) => piece.repeat(times as usize),
        _ => value.as_str().unwrap_or_default().to_owned(),
    }
}

#[test]
fn names() {
    let file = file("names");
    let names = file["names"].as_array().expect("the vectors are there");
    assert!(names.len() > 50);
    for name in names {
        let is_valid = ChannelName::new(&text(&name["name"])).is_ok();
        assert_eq!(is_valid, name["valid"].as_bool().expect("the vectors are there"), "{name}");
    }
}

/// Cases of one frame: what it says is what the program is told, or that it cannot be read.
#[test]
fn frames() {
    let file = file("frames");
    let mut count = 0;
    for case in file["cases"].as_array().expect("the vectors are there") {
        let steps = case["steps"].as_array().expect("the vectors are there");
        let frame = steps.first().and_then(|step| step.get("proxy").or(step.get("proxyBytes")));
        let Some(frame) = frame.filter(|_| steps.len() <= 2) else { continue };
        let told =
            if steps[0].get("proxy").is_some() { read(&text(frame)) } else { read_bytes(&text(frame)) };
        let expected = steps.get(1).map(|step| &step["sees"]);
        assert!(is_told(&told, expected), "{}: {told} and {expected:?}", case["name"]);
        count += 1;
    }
    assert!(count > 80, "{count} cases");
}

fn is_told(told: &Value, expected: Option<&Value>) -> bool {
    let Some(expected) = expected else { return told["event"] != "fault" && told["event"] != "message" };
    let members = expected.as_object().expect("the vectors are there");
    members.iter().all(|(key, value)| match key.as_str() {
        "text" => told[key].as_str() == Some(&text(value)),
        _ => told[key] == *value,
    })
}

fn said(source: &str, data: Json<'_>, direct: bool) -> Value {
    let shown = data.string().map_or_else(|| data.as_str().to_owned(), |text| text.into_owned());
    json!({ "event": "message", "from": source, "text": shown, "direct": direct })
}

fn read(frame: &str) -> Value {
    match Arrival::parse(frame) {
        None => json!({ "event": "fault", "code": "bad-frame" }),
        Some(Arrival::Broadcast { source, data }) => said(&source, data, false),
        Some(Arrival::Message { source, data }) => said(&source, data, true),
        Some(Arrival::Connect { peer, .. }) => json!({ "event": "connect", "peer": peer }),
        Some(Arrival::Disconnect { peer, .. }) => json!({ "event": "disconnect", "peer": peer }),
        Some(Arrival::Welcome { is_settled, .. }) => json!({ "event": "sync", "settled": is_settled }),
        Some(Arrival::Error { code, target, .. }) => {
            json!({ "event": "fault", "code": code, "target": target })
        }
        Some(Arrival::Status { .. } | Arrival::Stream { .. } | Arrival::Later) => json!({}),
    }
}

fn read_bytes(hex: &str) -> Value {
    let bytes = data_encoding::HEXLOWER.decode(hex.as_bytes()).expect("the vectors are there");
    let bad = json!({ "event": "fault", "code": "bad-frame" });
    let Ok(frame) = binary::Frame::parse(&bytes) else { return bad };
    if frame.kind == Kind::Stream {
        return if StreamPart::parse(frame.payload).is_some() { json!({}) } else { bad };
    }
    let direct = frame.kind == Kind::Message;
    let payload = data_encoding::HEXLOWER.encode(frame.payload);
    json!({ "event": "message", "from": frame.id, "hex": payload, "direct": direct })
}

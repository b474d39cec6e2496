//! Structured frames, there and back.

use nws_protocol::Json;
use nws_protocol::structured::{ErrorCode, Request};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::json::{json_text, string_text};
use crate::properties::request::check;

/// Objects that are frames, or nearly.
fn nearly_frames() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        6 => prop::sample::select(vec![r#""action""#, r#""target""#, r#""data""#, r#""d\u0061ta""#])
            .prop_map(String::from),
        1 => string_text(),
    ];
    let action = prop::sample::select(vec![
        r#""broadcast""#,
        r#""message""#,
        r#""status""#,
        r#""connect""#,
        r#""st\u0061tus""#,
    ]);
    let value = prop_oneof![4 => action.prop_map(String::from), 1 => json_text()];
    let member = (name, value, "[ \n]?").prop_map(|(name, value, space)| format!("{name}{space}:{value}"));
    let members = prop::collection::vec(member, 0..5);
    (members, "[,} x]{0,1}").prop_map(|(members, end)| format!("{{{}}}{end}", members.join(",")))
}

proptest! {
    #[test]
    fn what_a_client_writes_is_read(data in json_text(), target in any::<String>(), space in "[ \n]{0,2}") {
        let expected = Json::new(&data).expect("JSON");
        let broadcast = format!("{{\"action\":\"broadcast\",{space}\"data\":{data}}}");
        prop_assert_eq!(Request::parse(&broadcast), Ok(Request::Broadcast { data: expected }));
        let name = Value::from(target.as_str());
        let message = format!("{{\"action\":\"message\",\"target\":{name},\"data\":{space}{data}}}");
        prop_assert_eq!(Request::parse(&message), Ok(Request::Message { target: target.into(), data: expected }));
    }

    #[test]
    fn any_order_of_members(
        data in json_text(), more in json_text(),
        order in Just([0_usize, 1, 2, 3]).prop_shuffle(),
    ) {
        let members = [
            r#""action":"message""#.to_owned(),
            r#""target":"bob""#.to_owned(),
            format!("\"data\":{data}"),
            format!("\"more\":{more}"),
        ];
        let members: Vec<_> = order.iter().map(|&i| members[i].as_str()).collect();
        let text = format!("{{{}}}", members.join(","));
        let data = Json::new(&data).expect("JSON");
        prop_assert_eq!(Request::parse(&text), Ok(Request::Message { target: "bob".into(), data }));
    }

    #[test]
    fn rules_hold_for_nearly_frames(text in nearly_frames()) {
        check(&text);
    }

    #[test]
    fn rules_hold_for_usual_frames(
        broadcast: bool, target in "([a-z_ é\\\\\u{1}\u{7f}]|\",\"){0,6}", data in "([a-z é\\\\\"{},:\u{1}]|\\\\n){0,9}",
        end in "[}\" ]{0,3}",
    ) {
        check(&match broadcast {
            true => format!(r#"{{"action":"broadcast","data":"{data}"{end}"#),
            false => format!(r#"{{"action":"message","target":"{target}","data":"{data}"{end}"#),
        });
    }

    #[test]
    fn rules_hold_for_cut_frames(data in json_text(), at in any::<prop::sample::Index>()) {
        let text = json!({ "action": "message", "target": "bob", "data": data }).to_string();
        let ends: Vec<_> = text.char_indices().map(|(end, _)| end).collect();
        check(&text[..*at.get(&ends)]);
    }

    #[test]
    fn rules_hold_for_any_text(text in any::<String>()) {
        check(&text);
    }
}

#[test]
fn a_refusal_is_short_however_long_the_frame() {
    let long = "x".repeat(1 << 20);
    for text in [format!("\"{long}\""), long.clone(), format!("{{\"{long}\":1,\"{long}\":1}}")] {
        let refusal = Request::parse(&text).expect_err("no frame");
        assert_eq!(refusal.code, ErrorCode::BadFrame);
        assert!(refusal.reason.len() < 200);
    }
}

#[test]
fn a_name_with_half_a_surrogate_pair_is_a_name() {
    assert_eq!(
        Request::parse(r#"{"\ud800":1,"action":"status"}"#),
        Ok(Request::Status { knows_streams: false })
    );
    let frame = r#"{"action":"message","target":"\udc00","data":1}"#;
    let Ok(Request::Message { target, .. }) = Request::parse(frame) else { panic!("a message") };
    assert_eq!(target, "\u{fffd}");
}

#[test]
fn a_name_is_the_same_however_it_is_written() {
    let twice = r#"{"action":"status","\u0061ction":"status"}"#;
    assert_eq!(Request::parse(twice).expect_err("twice").code, ErrorCode::BadFrame);
}

#[test]
fn bad_frames_are_named() {
    for text in [
        "",
        "nonsense",
        "[]",
        "17",
        "null",
        "{",
        "{}",
        "\u{feff}{\"action\":\"status\"}",
        r#"{"action":17}"#,
        r#"{"action":null,"data":1}"#,
        r#"{"Action":"status"}"#,
        r#"{"action":"broadcast"}"#,
        r#"{"action":"message","data":1}"#,
        r#"{"action":"message","target":7,"data":1}"#,
        r#"{"action":"message","target":"a"}"#,
        r#"{"action":"status","action":"status"}"#,
        r#"{"action":"broadcast","data":1,"data":1}"#,
        r#"{"action":"broadcast","data":"1"} x"#,
        r#"{"action":"broadcast","data":"a\x"}"#,
        r#"{"action":"status","x":1,"x":2}"#,
        r#"{"action":"status",}"#,
        r#"{"action":"status"}{"action":"status"}"#,
    ] {
        assert_eq!(Request::parse(text).expect_err(text).code, ErrorCode::BadFrame);
    }
}

#[test]
fn unknown_actions_are_named() {
    for text in
        [r#"{"action":"connect"}"#, r#"{"action":""}"#, r#"{"action":"Status"}"#, r#"{"action":"\ud800"}"#]
    {
        assert_eq!(Request::parse(text).expect_err(text).code, ErrorCode::UnknownAction);
    }
}

#[test]
fn a_refusal_names_the_target() {
    let target = |text| Request::parse(text).expect_err("refused").target;
    assert_eq!(target(r#"{"action":"message","target":"bob"}"#).as_deref(), Some("bob"));
    assert_eq!(target(r#"{"action":"call","target":"b\u006fb"}"#).as_deref(), Some("bob"));
    assert_eq!(target(r#"{"action":"message","target":7,"data":1}"#), None);
}

#[test]
fn data_is_kept_byte_for_byte() {
    let text = "{\"data\": { \"b\":1.50, \"a\":[ \"\\u00e9\" ], \"b\":1e999 } , \"action\":\"broadcast\"}";
    let Ok(Request::Broadcast { data }) = Request::parse(text) else { panic!("a broadcast") };
    assert_eq!(data.as_str(), "{ \"b\":1.50, \"a\":[ \"\\u00e9\" ], \"b\":1e999 }");
}

//! JSON texts: what is taken, and that it stays as it is.

use nws_protocol::limits::{DATA_DEPTH_MAX, frame_max};
use nws_protocol::structured::{ErrorCode, Request};
use nws_protocol::{Json, raw};
use proptest::prelude::*;
use serde_json::Value;

/// Any JSON text, with whitespace, escapes and numbers that a reader would not write like that.
pub(crate) fn json_text() -> impl Strategy<Value = String> {
    let space = "[ \t\r\n]{0,2}";
    let number = "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?";
    let leaf = prop_oneof!["null", "true", "false", number, string_text()];
    leaf.prop_recursive(6, 40, 5, move |inner| {
        let item = (space, inner, space).prop_map(|(before, value, after)| before + &value + &after);
        let member = (space, string_text(), space, item.clone())
            .prop_map(|(before, name, after, item)| format!("{before}{name}{after}:{item}"));
        prop_oneof![
            prop::collection::vec(item, 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..5).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

/// Any JSON string with its quotes, halves of surrogate pairs among its escapes.
pub(crate) fn string_text() -> impl Strategy<Value = String> {
    "\"([^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4}|\\\\u[dD][89a-fA-F][0-9a-f]{2}){0,8}\""
}

proptest! {
    #[test]
    fn a_text_stays_as_it_is(text in json_text(), space in "[ \t\r\n]{0,3}") {
        prop_assert_eq!(Json::new(&text).map(Json::as_str), Some(text.as_str()));
        let spaced = format!("{space}{text}{space}");
        prop_assert_eq!(Json::new(&spaced).map(Json::as_str), Some(text.as_str()));
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            let string = Json::new(&text).and_then(Json::string);
            prop_assert_eq!(string.as_deref(), value.as_str());
        }
    }

    #[test]
    fn a_string_is_as_long_as_its_text_and_all_else_as_it_is_written(text in json_text()) {
        let json = Json::new(&text).expect("JSON");
        let len = json.string().map_or(text.len(), |string| string.len());
        prop_assert!(!json.is_longer_than(len));
        prop_assert!(len == 0 || json.is_longer_than(len - 1));
        prop_assert!(text.len() <= frame_max(len));
    }

    #[test]
    fn halves_of_surrogate_pairs_are_replaced(units in prop::collection::vec(
        prop_oneof![any::<u16>(), 0xd7ff..0xe001_u16], 0..8,
    )) {
        let escapes: String = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
        let text = format!("\"{escapes}\"");
        let string = Json::new(&text).and_then(Json::string).map(String::from);
        prop_assert_eq!(string, Some(String::from_utf16_lossy(&units)));
    }

    #[test]
    fn only_json_is_taken(text in "[\\[\\]{}\",:0-9eE.+\\-a-z\\\\ \n\u{1}ä]{0,10}") {
        let valid = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        prop_assert_eq!(Json::new(&text).is_some(), valid);
    }

    #[test]
    fn raw_text_survives_the_way_there_and_back(text in any::<String>()) {
        let json = raw::json_of(&text);
        let data = Json::new(&json).expect("JSON");
        prop_assert_eq!(raw::text_of(data), text);
    }
}

#[test]
fn what_is_not_json() {
    for text in [
        "",
        " ",
        "nul",
        "NaN",
        "Infinity",
        "undefined",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "-",
        "'a'",
        "[1,]",
        "{,}",
        "{\"a\"}",
        "{a:1}",
        "{1:1}",
        "[",
        "]",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\n\"",
        "1 2",
        "\u{feff}1",
        "\u{a0}1",
        "// 1",
        "1 // 1",
    ] {
        assert_eq!(Json::new(text), None, "{text:?}");
    }
}

#[test]
fn nesting_has_a_border() {
    let arrays = |n: usize| "[".repeat(n) + &"]".repeat(n);
    let objects = |n: usize| "{\"a\":".repeat(n) + "0" + &"}".repeat(n);
    let mixed = |n: usize| "[{\"[\":".repeat(n / 2) + &arrays(n % 2 + 1) + &"}]".repeat(n / 2);
    assert_eq!(DATA_DEPTH_MAX, 128);
    for (fits, too_deep) in
        [(arrays(128), arrays(129)), (objects(128), objects(129)), (mixed(127), mixed(128))]
    {
        assert!(Json::new(&fits).is_some());
        assert_eq!(Json::new(&too_deep), None);
        let frame = |data: &str| format!("{{\"data\":{data},\"action\":\"broadcast\"}}");
        assert!(Request::parse(&frame(&fits)).is_ok());
        assert_eq!(Request::parse(&frame(&too_deep)).expect_err("too deep").code, ErrorCode::BadFrame);
    }
}

#[test]
fn brackets_in_strings_do_not_nest() {
    let brackets = "[".repeat(500);
    for text in [format!("\"{brackets}\""), format!("[\"\\\"{brackets}\",\"\\\\\"]")] {
        assert!(Json::new(&text).is_some(), "{text}");
    }
}

#[test]
fn nesting_without_end_is_no_stack_overflow() {
    let text = format!("{{\"action\":\"broadcast\",\"data\":{}", "[".repeat(1 << 20));
    assert_eq!(Request::parse(&text).expect_err("not closed").code, ErrorCode::BadFrame);
    let text = format!("{{\"action\":\"status\",\"x\":{}{}}}", "[".repeat(1 << 19), "]".repeat(1 << 19));
    assert_eq!(Request::parse(&text), Ok(Request::Status { knows_streams: false }));
}

//! What the program says on a stream, as far as credit lets it go.

use nws_client_core::streams::{PART_COST, PART_MAX};
use serde_json::{Value, json};

use super::super::script::{Case, repeated};
use super::{alice, broken_off, client, open, other};

pub(super) fn cases() -> Vec<Case> {
    short().into_iter().chain(parts()).chain(credit()).collect()
}

fn say(case: Case, text: impl Into<Value>) -> Case {
    case.does(json!({ "do": "say", "stream": "s", "text": text.into() }))
}

/// The client sends this text, and whether the rest of it follows.
fn sends(case: Case, text: impl Into<Value>, more: Option<bool>) -> Case {
    client(case, &json!({ "stream": 1, "event": "data", "text": text.into(), "more": more }))
}

fn gives(case: Case, credit: u32) -> Case {
    alice(case, &json!({ "stream": other(1), "event": "credit", "credit": credit }))
}

/// A frame of bytes to alice, before its payload.
fn head(more: bool) -> String {
    format!("0305616c69636500000001{}", if more { "01" } else { "00" })
}

fn short() -> Vec<Case> {
    let texts = ["hello", "", "é 😀", "q\"\\\n\u{1}", "[1]"];
    let text = |text: &str| sends(say(open(&format!("say: {text:?}"), 65536), text), text, None);
    let bytes = |hex: &str| {
        let said = json!({ "do": "say", "stream": "s", "hex": hex });
        open(&format!("say: the bytes {hex}"), 65536).does(said).client_bytes(head(false) + hex)
    };
    texts.map(text).into_iter().chain(["00ff", ""].map(bytes)).collect()
}

fn parts() -> Vec<Case> {
    // A part has 32,768 characters at most, so that a frame of it fits whatever they are.
    let long = say(open("say: a text in parts", 1_000_000), repeated("a", 70_000));
    let long = sends(sends(long, repeated("a", 32_768), Some(true)), repeated("a", 32_768), Some(true));
    let bytes = open("say: bytes in parts", 1_000_000)
        .does(json!({ "do": "say", "stream": "s", "hex": repeated("07", 70_000) }))
        .client_bytes(json!([head(true), repeated("07", PART_MAX as usize)]))
        .client_bytes(json!([head(false), repeated("07", 70_000 - PART_MAX as usize)]));
    vec![sends(long, repeated("a", 70_000 - 2 * 32_768), None), bytes]
}

fn credit() -> Vec<Case> {
    let hundred = 100 + PART_COST;
    let case = say(open("credit: three parts", hundred), repeated("a", 250));
    let case = gives(sends(case, repeated("a", 100), Some(true)), hundred);
    let case = gives(sends(case, repeated("a", 100), Some(true)), hundred);
    let letters = say(open("credit: characters are not cut", 101 + PART_COST), repeated("é", 60));
    let letters = gives(sends(letters, repeated("é", 50), Some(true)), hundred);
    let pairs = say(open("credit: pairs of surrogates are not cut", 103 + PART_COST), repeated("😀", 30));
    let pairs = gives(sends(pairs, repeated("😀", 25), Some(true)), hundred);
    let two = say(say(open("credit: the second message waits", hundred), repeated("a", 100)), "b");
    let none = open("credit: too little even for an empty part", PART_COST - 1);
    let empty = gives(say(none, ""), 1);
    let bytes = open("credit: bytes", 2 + PART_COST)
        .does(json!({ "do": "say", "stream": "s", "hex": "010203" }))
        .client_bytes(head(true) + "0102");
    let invalid =
        [json!(0), json!(-1), json!(1.5), json!("1"), json!(true), json!(null), json!(2_147_483_649_u32)];
    let mut cases = vec![
        sends(case, repeated("a", 50), None),
        sends(letters, repeated("é", 10), None),
        sends(pairs, repeated("😀", 5), None),
        sends(gives(sends(two, repeated("a", 100), None), 1 + PART_COST), "b", None),
        sends(empty, "", None),
        gives(bytes, 1 + PART_COST).client_bytes(head(false) + "03"),
        sends(say(gives(open("credit: as much as there may be", 1), 2_147_483_647), "a"), "a", None),
        broken_off(gives(open("credit: too much in all", 2), 2_147_483_647), 1, "s", 1008),
    ];
    cases.extend(invalid.map(|credit| {
        let data = json!({ "stream": other(1), "event": "credit", "credit": credit });
        broken_off(alice(open(&format!("credit: {credit}"), 100), &data), 1, "s", 1008)
    }));
    cases
}

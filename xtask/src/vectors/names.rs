//! Names of channels: which a client takes.

use nws_protocol::ChannelName;
use nws_protocol::limits::CHANNEL_NAME_MAX;
use serde_json::{Value, json};

use super::script::{list, repeated};

const ABOUT: &str = "Names of channels. A client refuses what is not valid before it connects. docs/conformance.md \
                     says how a file like this is read.";

pub(super) fn file() -> String {
    let names = ONE_BY_ONE.map(|name| row(name.into(), name));
    let long = [CHANNEL_NAME_MAX, CHANNEL_NAME_MAX + 1, 10_000]
        .map(|times| row(repeated("a", times), &"a".repeat(times)));
    let printable = (' '..='~').filter(|c| !c.is_ascii_alphanumeric());
    let ends = printable.map(|c| format!("a{c}")).map(|name| row(name.as_str().into(), &name));
    let rows: Vec<_> = names.into_iter().chain(long).chain(ends).collect();
    format!("{{\n  \"about\": {},\n  \"names\": {}\n}}\n", Value::from(ABOUT), list(&rows, "    "))
}

fn row(shown: Value, name: &str) -> Value {
    json!({ "name": shown, "valid": ChannelName::new(name).is_ok() })
}

const ONE_BY_ONE: [&str; 22] = [
    "chan",
    "a",
    "0",
    "Z9+=*._-",
    "-",
    "...",
    ".a",
    "a..",
    "__proto__",
    "status",
    "network",
    "",
    ".",
    "..",
    " ",
    "a b",
    "a\n",
    "\n",
    "a\u{0}",
    "é",
    // The sign of kelvin, which is a k where case does not count.
    "\u{212a}",
    "a/b",
];

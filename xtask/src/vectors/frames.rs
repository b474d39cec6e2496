//! Frames that a proxy sends, and what the program is told of each; and what a program says, and the
//! frame that this is.

mod malformed;
mod messages;
mod presence;
mod saying;

use serde_json::{Value, json};

use super::script::{Case, file as written, postlude, prelude};

const ABOUT: &str = "Frames of channels. A case is what the proxy, the client and its program do, one after the other. \
                     docs/conformance.md says how a file like this is read.";

pub(super) fn file() -> String {
    let cases = [messages::cases(), presence::cases(), malformed::cases(), saying::cases()];
    let cases: Vec<_> = cases.into_iter().flatten().collect();
    written(ABOUT, &prelude(), &postlude(), &cases)
}

/// A frame of which the program is told nothing.
fn nothing(name: &str, frame: impl Into<Value>) -> Case {
    Case::new(name).proxy(frame)
}

/// A frame that cannot be read.
fn unreadable(name: &str, frame: impl Into<Value>) -> Case {
    Case::new(name).proxy(frame).sees(bad_frame())
}

fn bad_frame() -> Value {
    json!({ "event": "fault", "code": "bad-frame" })
}

/// What the program is told of a text to all.
fn text(from: &str, text: impl Into<Value>) -> Value {
    json!({ "event": "message", "from": from, "text": text.into(), "direct": false })
}

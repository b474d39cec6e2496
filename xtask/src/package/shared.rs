//! Writes what the package's TypeScript shares with the core, so that there is one list of each:
//! numbers and failures, as the Rust code has them.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use nws_client_core::numbered::Numbered;
use nws_client_core::session::{ARGUMENT, HAS_MORE, InputCode, StepCode};
use nws_client_core::streams::{DIALLED_BY_RECEIVER, Received};
use nws_client_core::{ABNORMAL, Action, Fact, Failure, Fate, GOING_AWAY, NO_STATUS, ORIGIN, ReadyState};
use nws_tools::checkout;

/// The enums that cross.
const ENUMS: [Numbered; 8] = [
    Action::NUMBERED,
    ReadyState::NUMBERED,
    Fate::NUMBERED,
    InputCode::NUMBERED,
    StepCode::NUMBERED,
    Received::NUMBERED,
    Fact::NUMBERED,
    Failure::NUMBERED,
];

/// The numbers that cross, with what they are.
const CONSTANTS: [(&str, u32, &str); 7] = [
    ("ABNORMAL", ABNORMAL as u32, "The code of a `close` event where the connection was lost, or never was."),
    ("GOING_AWAY", GOING_AWAY as u32, "The code of a `close` event where a peer has left."),
    ("NO_STATUS", NO_STATUS as u32, "The code of a `close` event where no code was given."),
    (
        "HAS_MORE",
        HAS_MORE,
        "The bit of a step that says that another one is to be asked for, which may be none.",
    ),
    ("ARGUMENT", ARGUMENT, "The factor of the argument in a step."),
    ("PROTOCOL", nws_protocol::VERSION, "The protocol that this package speaks."),
    (
        "DIALLED_BY_RECEIVER",
        DIALLED_BY_RECEIVER,
        "The bit of a number that says that the receiver of a frame has dialled the stream.",
    ),
];

/// Writes polyfill/src/generated/numbers.ts.
pub(super) fn write() -> Result<()> {
    let folder = checkout::root().join("polyfill/src/generated");
    fs::create_dir_all(&folder)?;
    let file = folder.join("numbers.ts");
    let text = text();
    if fs::read_to_string(&file).is_ok_and(|present| present == text) {
        return Ok(());
    }
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
}

fn text() -> String {
    let mut text =
        "/** What facade and core call by numbers. Generated from client-core by `cargo xtask build`. */\n"
            .to_owned();
    for list in ENUMS {
        let _ = write!(text, "\n/** {} */\nexport const enum {} {{\n", list.doc.trim(), list.name);
        for member in list.members {
            let _ = write!(text, "  /** {} */\n  {} = {},\n", member.doc.trim(), member.name, member.number);
        }
        text.push_str("}\n");
    }
    for (name, number, doc) in CONSTANTS {
        let _ = write!(text, "\n/** {doc} */\nexport const {name} = {number};\n");
    }
    text.push_str(
        "\n/** Why sockets fail, in a word for programs and a sentence for people: by `Failure`. */\n",
    );
    text.push_str("export const FAILURES: readonly [reason: string, message?: string][] = [\n");
    for failure in failures() {
        let sentence = failure.sentence().map(|sentence| format!(", {}", literal(sentence)));
        let _ = writeln!(text, "  [\"{}\"{}],", failure.reason(), sentence.unwrap_or_default());
    }
    text.push_str("];\n");
    text
}

fn failures() -> impl Iterator<Item = Failure> {
    Failure::NUMBERED.members.iter().filter_map(|member| Failure::of(member.number))
}

/// A text as a literal of TypeScript, in which the page's origin stands where it belongs.
fn literal(text: &str) -> String {
    format!("`{}`", text.replace(ORIGIN, "${globalThis.origin}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_listed_by_their_numbers() {
        assert!(failures().enumerate().all(|(place, failure)| place as u32 == failure.number()));
    }

    #[test]
    fn no_text_needs_an_escape() {
        let sentences = failures().filter_map(Failure::sentence);
        assert!(sentences.into_iter().all(|text| !text.contains(['`', '\\', '$'])));
    }

    #[test]
    fn enums_and_constants_are_typescript() {
        let text = text();
        assert!(
            text.contains("export const enum Fate {\n  /** The browser's socket gets it. */\n  Sent = 0,")
        );
        assert!(text.contains("export const ABNORMAL = 1006;"));
        assert!(text.contains("--allow-origin ${globalThis.origin}.`],"));
    }
}

//! What a command tells besides data: sentences on standard error, and objects for programs.

use std::cell::RefCell;
use std::io::{self, IsTerminal as _, Write as _};

use clap::Args;
use nws_protocol::{harmless, is_harmful};
use serde_json::{Value, json};

use super::colors::{Color, Colors};
use super::output::Output;
use super::stop::Stop;

/// The version of the objects. docs/command.schema.json describes them.
const SCHEMA: u32 = 1;

/// How a command tells what happens.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReportArgs {
    /// Print one JSON object a line, for programs
    #[arg(long)]
    json: bool,
    /// Whether to use colours; NO_COLOR and CLICOLOR_FORCE count too
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    color: Color,
}

impl ReportArgs {
    /// Gives whether programs read it.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }
}

/// Where a command tells.
pub(crate) struct Report {
    pub(crate) output: Output,
    pub(crate) is_json: bool,
    color: Color,
    /// What is not done yet, for whoever interrupts it.
    undone: RefCell<String>,
}

impl Report {
    pub(crate) fn new(args: &ReportArgs) -> Self {
        Self { output: Output::start(), is_json: args.json, color: args.color, undone: RefCell::default() }
    }

    /// Gives whether a person reads standard output on a terminal.
    #[expect(clippy::unused_self, reason = "there is one standard output, and this tells of it")]
    pub(crate) fn is_terminal(&self) -> bool {
        io::stdout().is_terminal()
    }

    /// The colours of standard output.
    pub(crate) fn colors(&self) -> Colors {
        self.color.on(self.is_terminal())
    }

    /// Writes an object if that is wanted, and nothing otherwise.
    pub(crate) async fn object(&self, event: &str, members: Value) -> Result<(), Stop> {
        if !self.is_json {
            return Ok(());
        }
        self.output.write(line(&object(event, &members))).await
    }

    /// Says something to a person.
    pub(crate) fn say(&self, sentence: &str) {
        if !self.is_json {
            complain(sentence);
        }
    }

    /// Says what is lost if the command is interrupted from now on.
    pub(crate) fn undone(&self, what: impl Into<String>) {
        *self.undone.borrow_mut() = what.into();
    }

    /// The end of a command that has failed, with what is lost by that.
    pub(crate) fn failed(&self, stop: Stop) -> Stop {
        let undone = self.undone.borrow();
        match stop {
            Stop::Failure(status, sentence) if !undone.is_empty() && !sentence.contains(&*undone) => {
                Stop::Failure(status, format!("{sentence}; {undone}"))
            }
            stop => stop,
        }
    }

    /// The end of a command that was interrupted.
    pub(crate) fn interrupted(&self) -> Stop {
        let undone = self.undone.borrow();
        let colon = if undone.is_empty() { "" } else { ": " };
        Stop::interrupted(format!("interrupted{colon}{undone}"))
    }
}

/// Writes a line on standard error, which nothing in the sentence leaves: much of it comes from others.
pub(crate) fn complain(sentence: &str) {
    // Standard error is closed: nobody reads it.
    let _ = io::stderr().write_all(format!("nws: {}\n", harmless(sentence)).as_bytes());
}

/// An object as a line. What a terminal obeys stands only in strings, where JSON has escapes for it.
fn line(object: &Value) -> String {
    let mut line = object.to_string();
    if line.contains(is_harmful) {
        let text = std::mem::take(&mut line);
        for char in text.chars() {
            if is_harmful(char) {
                line += &format!("\\u{:04x}", u32::from(char));
            } else {
                line.push(char);
            }
        }
    }
    line.push('\n');
    line
}

/// Gives whether objects are wanted, where the command line cannot be read otherwise. Behind `--`
/// there are no flags.
fn wants_objects() -> bool {
    std::env::args_os().take_while(|word| word != "--").any(|word| word == "--json")
}

/// Writes the last object of a command, if objects are wanted. Nobody may read it any more.
pub(crate) fn end(status: u8, reason: Option<&str>) {
    if wants_objects() {
        let mut members = json!({ "status": status });
        if let Some(reason) = reason {
            members["reason"] = reason.into();
        }
        let _ = io::stdout().write_all(format!("{}\n", object("end", &members)).as_bytes());
    }
}

/// An object of the schema, on no line yet.
pub(crate) fn object(event: &str, members: &Value) -> Value {
    let mut object = json!({ "v": SCHEMA, "event": event });
    if let (Some(object), Some(members)) = (object.as_object_mut(), members.as_object()) {
        object.extend(members.clone());
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_commands_no_terminal_and_says_the_same() {
        let said = json!({ "data": "é\u{1b}\u{9b}2J\u{7f}\n\u{202e}\u{2028}" });
        let line = line(&said);
        assert_eq!(line, "{\"data\":\"é\\u001b\\u009b2J\\u007f\\n\\u202e\\u2028\"}\n");
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), said);
    }
}

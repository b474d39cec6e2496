//! What a command tells besides data: sentences on standard error, and objects for programs.

use std::cell::RefCell;
use std::io::{self, Write as _};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::output::Output;
use super::stop::Stop;

/// The version of the objects. docs/command.md describes them.
const SCHEMA: u32 = 1;

/// How a command tells what happens.
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Print one JSON object a line, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Whether to use colours; NO_COLOR and CLICOLOR_FORCE count too
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: Color,
}

/// When there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Gives whether there are colours on a stream that is a terminal or not.
    pub(crate) fn is_on(self, is_terminal: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if anstyle_query::no_color() => false,
            Self::Auto if anstyle_query::clicolor_force() => true,
            Self::Auto => is_terminal && anstyle_query::term_supports_ansi_color(),
        }
    }
}

/// Where a command tells.
pub(crate) struct Report {
    pub(crate) output: Output,
    pub(crate) is_json: bool,
    /// What is not done yet, for whoever interrupts it.
    undone: RefCell<String>,
}

impl Report {
    pub(crate) fn new(is_json: bool) -> Self {
        Self { output: Output::start(), is_json, undone: RefCell::default() }
    }

    /// Writes an object if that is wanted, and nothing otherwise.
    pub(crate) async fn object(&self, event: &str, members: Value) -> Result<(), Stop> {
        if !self.is_json {
            return Ok(());
        }
        self.output.write(line(event, &members)).await
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

    /// The end of a command that was interrupted.
    pub(crate) fn interrupted(&self) -> Stop {
        let undone = self.undone.borrow();
        let colon = if undone.is_empty() { "" } else { ": " };
        Stop::interrupted(format!("interrupted{colon}{undone}"))
    }
}

/// Writes a line on standard error.
pub(crate) fn complain(sentence: &str) {
    // Standard error is closed: nobody reads it.
    let _ = writeln!(io::stderr(), "nws: {sentence}");
}

fn line(event: &str, members: &Value) -> String {
    let mut object = json!({ "v": SCHEMA, "event": event });
    if let (Some(object), Some(members)) = (object.as_object_mut(), members.as_object()) {
        object.extend(members.clone());
    }
    format!("{object}\n")
}

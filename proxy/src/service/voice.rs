//! Says what was done: in lines for people, or in objects for programs.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use crate::command::{ReportArgs, object};

/// How it is said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Voice {
    /// Programs read it.
    pub(super) is_json: bool,
}

impl Voice {
    pub(super) const fn of(report: &ReportArgs) -> Self {
        Self { is_json: report.is_json() }
    }

    /// Says a line.
    pub(super) fn say(self, line: &str) {
        if self.is_json { self.object("note", &json!({ "text": line })) } else { write(line) }
    }

    /// A line of the log.
    pub(super) fn log(self, line: &str) {
        self.object("log", &json!({ "line": line }));
    }

    pub(super) fn object(self, event: &str, members: &Value) {
        write(&object(event, members).to_string());
    }
}

fn write(line: &str) {
    // Standard output is closed: no one reads the line.
    let _ = writeln!(io::stdout(), "{line}");
}

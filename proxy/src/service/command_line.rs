//! What a service runs: a program and its arguments.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A program and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CommandLine {
    /// The absolute path of the program.
    pub(super) program: String,
    /// What follows it.
    pub(super) arguments: Vec<String>,
}

impl CommandLine {
    /// Reads what [`json`](Self::json) wrote.
    pub(super) fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The command line in one line of text.
    pub(super) fn json(&self) -> String {
        serde_json::json!(self).to_string()
    }
}

/// Writes it for people, with quotes around words that have spaces.
impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [&self.program].into_iter().chain(&self.arguments);
        let quoted = words.map(|word| match word.contains(char::is_whitespace) || word.is_empty() {
            true => format!("\"{word}\""),
            false => word.clone(),
        });
        f.write_str(&quoted.collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
impl CommandLine {
    /// Words with all that a supervisor could misread.
    pub(super) fn nasty(program: &str) -> Self {
        let words =
            ["run", "--config", "/a b/100% $HOME ${X} \\n \"q\" 'é' <&>;#\n\té", "", "%h", "$$", "\\"];
        Self { program: program.to_owned(), arguments: words.map(str::to_owned).into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let nasty = CommandLine::nasty("/opt/a \"b\"/nws");
        assert!(!nasty.json().contains('\n'));
        assert_eq!(CommandLine::from_json(&nasty.json()), Some(nasty));
        assert_eq!(CommandLine::from_json("{}"), None);
    }

    #[test]
    fn people_read_words_with_spaces_in_quotes() {
        let arguments = ["run", "--config", "/my files/nws.toml"].map(str::to_owned).into();
        let command_line = CommandLine { program: "/usr/bin/nws".to_owned(), arguments };
        assert_eq!(command_line.to_string(), "/usr/bin/nws run --config \"/my files/nws.toml\"");
    }
}

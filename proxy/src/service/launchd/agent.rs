//! Writes the property list of the agent, and reads what launchd tells of it.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::command_line::CommandLine;

/// The property list. launchd defines its keys.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Agent {
    label: String,
    program_arguments: Vec<String>,
    run_at_load: bool,
    keep_alive: KeepAlive,
    /// Without it launchd slows down what the agent does.
    process_type: String,
    standard_out_path: String,
    standard_error_path: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeepAlive {
    /// False: it starts again after a failure only.
    successful_exit: bool,
}

impl Agent {
    pub(super) fn new(label: &str, command_line: &CommandLine, log: &Path) -> Self {
        let CommandLine { program, arguments } = command_line;
        let log = log.to_string_lossy().into_owned();
        Self {
            label: label.to_owned(),
            program_arguments: [program].into_iter().chain(arguments).cloned().collect(),
            run_at_load: true,
            keep_alive: KeepAlive { successful_exit: false },
            process_type: "Interactive".to_owned(),
            standard_out_path: log.clone(),
            standard_error_path: log,
        }
    }

    /// Reads a property list of this kind.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        plist::from_bytes(text.as_bytes()).ok()
    }

    /// The property list as XML.
    pub(super) fn text(&self) -> String {
        let mut text = Vec::new();
        plist::to_writer_xml(&mut text, self).expect("its values are strings, lists and flags");
        String::from_utf8(text).expect("the library writes UTF-8") + "\n"
    }

    pub(super) fn into_command_line(self) -> CommandLine {
        let mut words = self.program_arguments.into_iter();
        CommandLine { program: words.next().unwrap_or_default(), arguments: words.collect() }
    }
}

/// The value of a key in what `launchctl print` says of one agent.
pub(super) fn value<'a>(said: &'a str, key: &str) -> Option<&'a str> {
    said.lines().find_map(|line| line.trim().strip_prefix(key)?.strip_prefix(" = "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_is_written_as_it_always_was() {
        let mut nasty = CommandLine::nasty("/Applications/R&D \"é\"/nws");
        // XML knows no control characters but these; spaces at both ends stay.
        nasty.arguments.push(" x ".to_owned());
        let agent = Agent::new("test.nws", &nasty, Path::new("/Users/é & co/Library/Logs/nws/nws.log"));
        let text = agent.text();
        assert_eq!(text, include_str!("golden.plist"));
        assert_eq!(Agent::from_text(&text).map(Agent::into_command_line), Some(nasty));
        assert_eq!(Agent::from_text("<plist><dict/></plist>"), None);
    }

    #[test]
    fn the_words_of_launchctl_are_read() {
        let said = "gui/501/test.nws = {\n\tactive count = 1\n\tstate = running\n\n\tpid = 512\n\tlast exit code = 0\n}";
        assert_eq!(value(said, "state"), Some("running"));
        assert_eq!(value(said, "pid"), Some("512"));
        assert_eq!(value(said, "last exit code"), Some("0"));
        assert_eq!(value(said, "runs"), None);
    }
}

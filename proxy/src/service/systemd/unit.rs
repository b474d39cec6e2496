//! Writes the unit, and reads from it what it runs.

use std::fmt::Write as _;

use super::super::command_line::CommandLine;

/// The key under which the unit tells what it runs, in a section that systemd ignores.
const RECORD: &str = "CommandLine=";

/// The unit that runs `command_line`.
pub(super) fn text(command_line: &CommandLine) -> String {
    let CommandLine { program, arguments } = command_line;
    let arguments: Vec<String> = arguments.iter().map(|word| argument(word)).collect();
    let start = format!("{} {}", start_of(program), arguments.join(" "));
    format!(
        "# `nws service install` writes this file. Your own settings belong into the file that\n\
         # `systemctl --user edit nws` opens.\n\
         [Unit]\n\
         Description=Network Web Sockets proxy\n\
         Documentation={repository}\n\
         \n\
         [Service]\n\
         Type=notify\n\
         ExecStart={start}\n\
         Restart=on-failure\n\
         RestartSec=5\n\
         # Settings that are not valid do not become valid by another start.\n\
         RestartPreventExitStatus=2\n\
         NoNewPrivileges=yes\n\
         \n\
         [Install]\n\
         WantedBy=default.target\n\
         \n\
         [X-Nws]\n\
         {RECORD}{record}\n",
        repository = env!("CARGO_PKG_REPOSITORY"),
        record = command_line.json(),
    )
}

/// What a unit runs that [`text`] wrote.
pub(super) fn command_line(text: &str) -> Option<CommandLine> {
    text.lines().find_map(|line| CommandLine::from_json(line.strip_prefix(RECORD)?))
}

/// The program. systemd takes no path with such characters, but it takes that of another program
/// which becomes this one.
fn start_of(program: &str) -> String {
    match program.contains(['"', '\'', '\\']) {
        true => format!("/usr/bin/env {}", argument(program)),
        // systemd looks for no variables in the path of the program.
        false => quoted(program),
    }
}

fn argument(word: &str) -> String {
    quoted(&word.replace('$', "$$"))
}

/// A word as systemd reads it: in quotes, with escapes as in C, and no specifiers.
fn quoted(word: &str) -> String {
    let mut quoted = String::from("\"");
    for char in word.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            '%' => quoted.push_str("%%"),
            char if char.is_ascii_control() => {
                write!(quoted, "\\x{:02x}", u32::from(char)).expect("a String takes all that is written");
            }
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_written_as_it_always_was() {
        let nasty = CommandLine::nasty("/opt/100% of $HOME é/nws");
        let unit = text(&nasty);
        assert_eq!(unit, include_str!("golden.service"));
        assert_eq!(command_line(&unit), Some(nasty));
    }

    #[test]
    fn a_program_with_quotes_in_its_path_is_started_by_another_one() {
        assert_eq!(start_of("/opt/$x/nws"), "\"/opt/$x/nws\"");
        assert_eq!(start_of("/home/o'neil/$x/nws"), "/usr/bin/env \"/home/o'neil/$$x/nws\"");
    }

    #[test]
    fn a_unit_of_another_author_runs_nothing_that_is_known() {
        assert_eq!(command_line("[Service]\nExecStart=/usr/bin/nws\n"), None);
    }
}

//! Makes completions and manual pages from the description of the command line.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use super::Cli;
use super::defaults::with_default;
use super::source::each_arg;

/// Writes the completions for a shell.
pub(crate) fn completions(shell: Shell, into: &mut dyn Write) -> io::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "nws", &mut script);
    into.write_all(&script)
}

/// Writes one page for the command itself and one for each of its commands, into a folder that may
/// not exist yet.
pub(crate) fn man_pages(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command(), folder)
}

fn command() -> clap::Command {
    each_arg(Cli::command(), with_default)
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn each_shell_has_completions_of_every_command() {
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            completions(*shell, &mut script).unwrap();
            let script = String::from_utf8(script).unwrap();
            for word in [
                "run",
                "service",
                "completions",
                "uninstall",
                "follow",
                "no-discovery",
                "listen",
                "max-total",
            ] {
                assert!(script.contains(word), "{shell}: {word}");
            }
        }
    }

    #[test]
    fn each_command_has_a_page_and_flags_are_on_it() {
        let folder = std::env::temp_dir().join(format!("nws-man-{}", std::process::id()));
        let written = man_pages(&folder);
        let pages = std::fs::read_dir(&folder).unwrap().map(|page| page.unwrap().file_name());
        let mut pages: Vec<String> = pages.map(|name| name.into_string().unwrap()).collect();
        let run = std::fs::read_to_string(folder.join("nws-run.1"));
        std::fs::remove_dir_all(&folder).unwrap();
        written.unwrap();
        pages.sort();
        let of_service = ["install", "logs", "status", "uninstall"].map(|it| format!("nws-service-{it}.1"));
        let others = [
            "cheat",
            "completions",
            "console",
            "doctor",
            "join",
            "listen",
            "rtt",
            "run",
            "send",
            "service",
            "status",
        ];
        let others = others.map(|it| format!("nws-{it}.1"));
        let mut expected = [&of_service[..], &others, &["nws.1".to_owned()]].concat();
        expected.sort();
        assert_eq!(pages, expected);
        let run = run.unwrap();
        assert!(run.contains("NWS_PORT") && run.contains("[default: 9009]"), "{run}");
    }
}

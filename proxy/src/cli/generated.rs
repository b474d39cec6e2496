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

    const COMMANDS: [&str; 13] = [
        "backbone",
        "cheat",
        "completions",
        "console",
        "doctor",
        "join",
        "listen",
        "peers",
        "rtt",
        "run",
        "send",
        "service",
        "status",
    ];

    #[test]
    fn each_help_has_examples_and_exit_statuses() {
        let mut command = command();
        command.build();
        let commands = command.get_subcommands().filter(|it| it.get_name() != "help" && !it.is_hide_set());
        let groups = ["service", "backbone", "peers"].map(|it| command.find_subcommand(it).unwrap());
        for each in commands.chain(groups.iter().flat_map(|it| it.get_subcommands())) {
            let name = each.get_name();
            let hidden = each.is_hide_set() || name == "help";
            let end = each.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(hidden || end.contains("Examples:\n  nws") || end.contains("<(nws"), "{name}: {end}");
            assert!(hidden || end.ends_with("6  interrupted, or timed out"), "{name}: {end}");
        }
    }

    /// The commands in the examples of a help: without what stands before and behind, for a shell or a person.
    fn examples(help: &str) -> Vec<Vec<String>> {
        let lines = help.lines().skip_while(|line| *line != "Examples:").take_while(|line| !line.is_empty());
        let commands =
            lines.flat_map(|line| line.split(['|', '(']).filter_map(|part| part.split_once("nws ")));
        let bare = commands.map(|(before, rest)| (before, rest.split("  ").next().unwrap_or_default()));
        let bare = bare.filter(|(before, _)| !before.contains("grep"));
        bare.map(|(_, rest)| shlex::split(rest.split(['>', ')']).next().unwrap_or_default()).unwrap())
            .collect()
    }

    #[test]
    fn each_example_is_a_command_line() {
        let mut whole = command();
        whole.build();
        let mut count = 0;
        let services = whole.find_subcommand("service").unwrap().get_subcommands();
        for each in whole.get_subcommands().chain(services) {
            let help = each.get_after_help().map(ToString::to_string).unwrap_or_default();
            for words in examples(&help) {
                let line = ["nws".to_owned()].into_iter().chain(words);
                let parsed = command().try_get_matches_from(line.clone());
                assert!(parsed.is_ok(), "{:?}: {:?}", line.collect::<Vec<_>>(), parsed.err());
                count += 1;
            }
        }
        assert!(count > 40, "{count}");
    }

    #[test]
    fn each_example_of_cheat_can_be_pasted() {
        let mut named = std::collections::BTreeSet::new();
        for (about, example) in crate::command::EXAMPLES {
            let parts: Vec<&str> = example.split('|').flat_map(|part| part.split("<(")).collect();
            // What would wait in a pipe for a proxy that does not end.
            assert!(parts.len() == 1 || parts.iter().all(|part| part.trim() != "nws"), "{about}");
            for part in parts {
                let words = shlex::split(part.trim_end_matches(')')).unwrap();
                let words: Vec<String> = words.into_iter().skip_while(|word| word.contains('=')).collect();
                if words.first().is_none_or(|word| word != "nws") {
                    continue;
                }
                let parsed = command().try_get_matches_from(&words);
                assert!(parsed.is_ok(), "{about}: {:?}", parsed.err());
                named.extend(words.get(1).cloned());
            }
        }
        let lacks = COMMANDS.iter().filter(|name| !named.contains(**name)).copied().collect::<Vec<_>>();
        assert_eq!(lacks, ["backbone", "cheat", "run"]);
    }

    #[test]
    fn each_shell_has_completions_of_every_command() {
        for shell in Shell::value_variants() {
            let mut script = Vec::new();
            completions(*shell, &mut script).unwrap();
            let script = String::from_utf8(script).unwrap();
            let flags = ["uninstall", "follow", "no-discovery", "max-total", "json", "color"];
            for word in COMMANDS.iter().copied().chain(flags) {
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
        let of_backbone = ["key", "permissions"].map(|it| format!("nws-backbone-{it}.1"));
        let of_peers = ["add", "list", "remove"].map(|it| format!("nws-peers-{it}.1"));
        let others = COMMANDS;
        let others = others.map(|it| format!("nws-{it}.1"));
        let mut expected =
            [&of_service[..], &of_backbone, &of_peers, &others, &["nws.1".to_owned()]].concat();
        expected.sort();
        assert_eq!(pages, expected);
        let run = run.unwrap();
        assert!(run.contains("NWS_PORT") && run.contains("[default: 9009]"), "{run}");
    }
}

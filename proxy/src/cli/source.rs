//! Knows the source of each setting, so that a fault names the setting as its source does.

use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::fault::{Fault, Usage};

/// The sources of the settings of one start.
pub(super) struct Sources {
    matches: ArgMatches,
    file: Option<PathBuf>,
}

impl Sources {
    /// Takes the flags and variables in `matches`, and perhaps a file.
    pub(super) fn new(matches: ArgMatches, file: Option<PathBuf>) -> Self {
        Self { matches, file }
    }

    /// Whether `field` stands on the command line.
    pub(super) fn is_flag(&self, field: &str) -> bool {
        self.matches.value_source(field) == Some(ValueSource::CommandLine)
    }

    /// The name of `field` in the source that has set it.
    pub(super) fn name(&self, field: &str) -> String {
        let key = field.replace('_', "-");
        match (self.matches.value_source(field), &self.file) {
            (Some(ValueSource::EnvVariable), _) => format!("NWS_{}", field.to_ascii_uppercase()),
            (None, Some(file)) => format!("{key} in {}", file.display()),
            _ => format!("--{key}"),
        }
    }
}

/// The commands that heed the settings of a proxy.
const HEED_SETTINGS: [&str; 2] = ["run", "doctor"];

/// The commands that heed no variable.
const HEED_NOTHING: [&str; 4] = ["service", "completions", "man", "cheat"];

/// Reads flags and variables. A variable that is empty counts as unset, as in most programs. A
/// command ignores variables that are not valid and that it does not heed.
pub(super) fn read(command: Command, change: impl Fn(Arg) -> Arg) -> Result<ArgMatches, Fault> {
    let command = each_arg(command, change);
    let command = each_arg(command, |arg| if is_empty(&arg) { without_variable(arg) } else { arg });
    let error = match command.clone().try_get_matches() {
        Ok(matches) => return Ok(matches),
        Err(error) if error.use_stderr() => error,
        Err(help) => return Err(Fault::Help(help)),
    };
    let matches = each_arg(command.clone(), without_variable).try_get_matches();
    let matches = matches.map_err(|of_flags| Usage::from_clap(&of_flags))?;
    match matches.subcommand_name() {
        Some(name) if HEED_NOTHING.contains(&name) => Ok(matches),
        Some(name) if !HEED_SETTINGS.contains(&name) => {
            let own = command.clone().mut_args(without_variable).try_get_matches();
            Ok(own.map_err(|error| of_variable(command, &error))?)
        }
        _ => Err(of_variable(command, &error).into()),
    }
}

/// Changes the flags of the command, and of its commands.
pub(super) fn each_arg(command: Command, change: impl Fn(Arg) -> Arg) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    let command = command.mut_args(&change);
    names.into_iter().fold(command, |command, name| command.mut_subcommand(name, |it| it.mut_args(&change)))
}

fn is_empty(arg: &Arg) -> bool {
    arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty())
}

/// The flag, without the variable that stands for it too.
pub(super) fn without_variable(arg: Arg) -> Arg {
    arg.env(clap::builder::Resettable::Reset)
}

/// The fault of a variable. clap only knows the flag that the variable stands for.
fn of_variable(mut command: Command, error: &clap::Error) -> Usage {
    let Usage(text) = Usage::from_clap(error);
    let Some(ContextValue::String(blamed)) = error.get(ContextKind::InvalidArg) else { return Usage(text) };
    command.build();
    let mut args = command.get_arguments().chain(command.get_subcommands().flat_map(Command::get_arguments));
    let variable = args.find(|arg| arg.to_string() == *blamed).and_then(Arg::get_env);
    match variable {
        Some(variable) => Usage(text.replace(&format!("'{blamed}'"), &variable.to_string_lossy())),
        None => Usage(text),
    }
}

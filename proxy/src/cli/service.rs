//! Reads the command line of `nws service`, and the flags that a service gets.

use std::path::PathBuf;

use clap::{Args, FromArgMatches, Subcommand};
use nws_proxy::Config;

use super::settings::relative;
use super::source::{each_arg, without_variable};
use super::{Fault, RunArgs, Usage};
use crate::command::{ReportArgs, STATUSES};

/// The end of the help.
pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{STATUSES}")
}

const EXAMPLES: &str = "\
Examples:
  nws service install                 the proxy, now and whenever you log in
  nws service install -- --port 9100  with flags of `nws run`
  nws service status                  whether it runs, and where
  nws service logs --follow           what it says
  nws service uninstall               no more";

/// What is asked about the service of this user.
#[derive(Debug, Subcommand)]
pub(crate) enum ServiceTask {
    /// Start the proxy now and whenever you log in; again, with other flags, to change them
    #[command(after_help = help())]
    Install(Install),
    /// Stop the proxy, and start it no more
    #[command(after_help = help())]
    Uninstall(ReportArgs),
    /// Tell whether the proxy runs, and where; the exit status is 0 when it does, and 3 when not
    #[command(after_help = help())]
    Status(ReportArgs),
    /// Show the last lines of the log
    #[command(after_help = help())]
    Logs(Logs),
    /// Serve as the installed service does, and write the log (for systems that keep none)
    #[command(hide = true)]
    Host,
}

/// The service that is wanted.
#[derive(Debug, Args)]
pub(crate) struct Install {
    /// The file with the settings of the proxy
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Flags of `nws run`
    #[arg(last = true, value_name = "FLAGS")]
    flags: Vec<String>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

/// The lines that are wanted.
#[derive(Debug, Args)]
pub(crate) struct Logs {
    /// Go on with the lines that come
    #[arg(long, short)]
    pub(crate) follow: bool,
    /// How many lines
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50)]
    pub(crate) lines: usize,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

impl Install {
    /// The arguments of `nws` for the service, checked.
    pub(crate) fn arguments(self) -> Result<Vec<String>, Fault> {
        let mut arguments = vec!["run".to_owned()];
        if let Some(path) = self.config {
            let path = std::path::absolute(&path).unwrap_or(path).into_os_string().into_string();
            let wrong = |path| Usage(format!("--config: {path:?} is not valid Unicode: rename it"));
            arguments.extend(["--config".to_owned(), path.map_err(wrong)?]);
        }
        arguments.extend(self.flags);
        config_of(&arguments)?;
        Ok(arguments)
    }
}

/// The configuration of a proxy that starts with `arguments`, in no particular folder and without
/// variables of this environment.
pub(crate) fn config_of(arguments: &[String]) -> Result<Config, Fault> {
    let command = each_arg(RunArgs::augment_args(clap::Command::new("run")), without_variable);
    let matches = match command.try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) if error.use_stderr() => return Err(Usage::from_clap(&error).into()),
        Err(help) => return Err(Fault::Help(help)),
    };
    let args = RunArgs::from_arg_matches(&matches).map_err(|error| Usage::from_clap(&error))?;
    if let Some(path) = args.config.as_deref().filter(|path| !path.is_absolute()) {
        return Err(relative("--config", path).into());
    }
    let (settings, sources) = args.settings(matches)?;
    settings.check_paths(&sources)?;
    Ok(settings.config(&sources)?)
}

/// The variables of this environment that a proxy would heed, and that a service will not see.
pub(crate) fn unseen_variables() -> Vec<String> {
    let command = RunArgs::augment_args(clap::Command::new("run"));
    let names = command.get_arguments().filter_map(|arg| arg.get_env()?.to_str().map(str::to_owned));
    let is_set = |name: &String| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    names.chain(["NWS_LOG".to_owned()]).filter(is_set).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(arguments: &[&str]) -> String {
        let arguments: Vec<String> = ["run"].iter().chain(arguments).map(|&word| word.to_owned()).collect();
        match config_of(&arguments) {
            Err(Fault::Usage(Usage(reason))) => reason,
            Err(Fault::Help(_)) => "help".to_owned(),
            Ok(config) => format!("{config:?}"),
        }
    }

    #[test]
    fn flags_of_a_service_are_those_of_the_proxy() {
        let arguments = ["run", "--port", "9100", "--peer", "nas:9010"].map(str::to_owned);
        assert_eq!(config_of(&arguments).ok().unwrap().port, 9100);
        assert!(fault(&["--port", "x"]).contains("--port"));
        assert!(fault(&["--fly"]).contains("--fly"));
        assert!(fault(&["--shards", "0"]).contains("--shards"));
        assert!(fault(&["--config", "/no/such/file"]).contains("--config /no/such/file"));
        assert_eq!(fault(&["--help"]), "help");
    }

    #[cfg(unix)]
    #[test]
    fn a_path_of_a_service_begins_at_the_root() {
        for flag in ["--unix", "--config"] {
            let reason = fault(&[flag, "some file"]);
            assert!(reason.starts_with(&format!("{flag} of a service must be an absolute path")), "{reason}");
        }
        assert!(!fault(&["--unix", "/tmp/some file"]).contains("absolute"));
    }
}

//! Reads the command line. Flags override the environment, which overrides a file.

mod defaults;
mod doctor;
mod fault;
mod generated;
mod layer;
mod limits;
mod log_format;
#[cfg(test)]
mod packaged;
mod service;
mod settings;
mod source;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use nws_backbone::SiteName;
use nws_proxy::Config;

use crate::command::{self, ReportArgs, STATUSES};

pub(crate) use doctor::Examination;
pub(crate) use fault::{Fault, Usage};
pub(crate) use generated::{completions, man_pages};
pub(crate) use log_format::LogFormat;
pub(crate) use service::{Install, ServiceTask, config_of, unseen_variables};

use defaults::with_default;
use doctor::DoctorArgs;
use layer::Layer as _;
use settings::Settings;
use source::Sources;

/// What the command line asks for.
pub(crate) enum Task {
    /// To serve.
    Run(Box<Config>, LogFormat),
    /// Something about the service of this user.
    Service(ServiceTask),
    /// To prepare a backbone.
    Backbone(BackboneTask),
    /// To use a proxy.
    Command(Box<command::Task>),
    /// The completions for a shell, on standard output.
    Completions(Shell, ReportArgs),
    /// The manual pages, in this folder.
    Man(PathBuf),
}

/// Network Web Sockets: pages, programs and devices that pick the same channel name talk.
#[derive(Debug, Parser)]
#[command(name = "nws", version, about, args_conflicts_with_subcommands = true)]
#[command(after_help = format!("{EXAMPLES}\n\n{STATUSES}"))]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArgs,
}

const EXAMPLES: &str = "\
Examples:
  nws                        the proxy, until Ctrl-C
  nws service install        the proxy, whenever you are logged in
  nws join chan              talk in a channel
  nws send chan report.pdf   send a file
  nws cheat                  more examples";

const RUN_EXAMPLES: &str = "\
Examples:
  nws run                             on port 9009, with links to all proxies of this network
  nws run --port 0 --no-discovery     on a free port, on its own
  nws run --peer nas.example:9010     with a link to a proxy that is elsewhere";

const BACKBONE_EXAMPLES: &str = "\
Examples:
  nws backbone key site.key                        the secret, to be copied to each site
  nws backbone permissions berlin lyon >nats.conf  what the broker allows
  nws run --backbone tls://broker.example.org --backbone-key site.key --backbone-site berlin";

const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  source <(nws completions bash)
  nws completions zsh > ~/.zfunc/_nws
  nws completions fish > ~/.config/fish/completions/nws.fish
  nws completions powershell | Out-String | Invoke-Expression";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the proxy (also what `nws` alone does)
    #[command(after_help = format!("{RUN_EXAMPLES}\n\n{STATUSES}"))]
    Run(Box<RunArgs>),
    /// Keep the proxy running: from now on, and whenever you log in
    #[command(subcommand, after_help = service::help())]
    Service(ServiceTask),
    /// Prepare a backbone: several networks joined over a NATS broker
    #[command(subcommand, after_help = format!("{BACKBONE_EXAMPLES}\n\n{STATUSES}"))]
    Backbone(BackboneTask),
    #[command(flatten)]
    Other(command::Task),
    Doctor(DoctorArgs),
    /// Print the completions of this command for a shell
    #[command(after_help = format!("{COMPLETIONS_EXAMPLES}\n\n{STATUSES}"))]
    Completions {
        /// The shell
        shell: Shell,
        #[command(flatten)]
        report: ReportArgs,
    },
    /// Write the manual pages into a folder
    #[command(hide = true)]
    Man {
        /// The folder
        folder: PathBuf,
    },
}

/// What is to be made for a backbone.
#[derive(Debug, Subcommand)]
pub(crate) enum BackboneTask {
    /// Make the secret that all sites share
    #[command(after_help = format!("{BACKBONE_EXAMPLES}\n\n{STATUSES}"))]
    Key {
        /// The new file, which only this user can read; without one the secret is printed
        file: Option<PathBuf>,
        #[command(flatten)]
        report: ReportArgs,
    },
    /// Print a configuration of nats-server in which each site can do what it must, and no more
    #[command(after_help = format!("{BACKBONE_EXAMPLES}\n\n{STATUSES}"))]
    Permissions {
        /// The names of the sites
        #[arg(required = true)]
        sites: Vec<SiteName>,
        #[command(flatten)]
        report: ReportArgs,
    },
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Read settings from a TOML file: the same names as these flags, limits in a table [limits]
    #[arg(long, value_name = "FILE", env = "NWS_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

impl Cli {
    /// What the command line asks for, with settings that are checked.
    pub(crate) fn resolve() -> Result<Task, Fault> {
        let matches = source::read(Self::command(), with_default)?;
        let cli = Self::from_arg_matches(&matches).map_err(|error| Usage::from_clap(&error))?;
        Ok(match (cli.command, matches.subcommand()) {
            (Some(Command::Service(task)), _) => Task::Service(task),
            (Some(Command::Backbone(task)), _) => Task::Backbone(task),
            (Some(Command::Other(task)), _) => Task::Command(Box::new(task)),
            (Some(Command::Doctor(args)), Some((_, of_doctor))) => {
                let examination = Box::new(args.examination(of_doctor.clone())?);
                Task::Command(Box::new(command::Task::Doctor(examination)))
            }
            (Some(Command::Completions { shell, report }), _) => Task::Completions(shell, report),
            (Some(Command::Man { folder }), _) => Task::Man(folder),
            (Some(Command::Run(args)), Some((_, of_run))) => args.task(of_run.clone())?,
            (_, _) => cli.run.task(matches)?,
        })
    }
}

impl RunArgs {
    fn task(self, matches: ArgMatches) -> Result<Task, Usage> {
        let (settings, sources) = self.settings(matches)?;
        let config = settings.config(&sources)?;
        Ok(Task::Run(Box::new(config), settings.log_format.unwrap_or_default()))
    }

    /// The settings of these arguments and of the file that they name.
    fn settings(self, matches: ArgMatches) -> Result<(Settings, Sources), Usage> {
        let sources = Sources::new(matches, self.config.clone());
        let file = self.config.map(|path| read_file(&path, &sources)).transpose()?.unwrap_or_default();
        Ok((self.settings.over(file), sources))
    }
}

fn read_file(path: &Path, sources: &Sources) -> Result<Settings, Usage> {
    let name = path.display();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let is_other_text = error.kind() == ErrorKind::InvalidData;
        let remedy = if is_other_text { ": save it as UTF-8" } else { "" };
        Usage(format!("{} {name}: {error}{remedy}", sources.name("config")))
    })?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
        let reason = error.message().replace('\n', ", ");
        Usage(format!("{name}, line {line}: {reason}"))
    })
}

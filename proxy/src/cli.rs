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

use crate::command::PeerTask;

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
    /// To be a peer of a channel.
    Peer(PeerTask),
    /// To tell what goes on.
    Status(StatusTask),
    /// To open the console of the proxy that listens on this port.
    Console(u16),
    /// To prepare a backbone.
    Backbone(BackboneTask),
    /// To find out what keeps peers apart.
    Doctor(Box<Examination>),
    /// The completions for a shell, on standard output.
    Completions(Shell),
    /// The manual pages, in this folder.
    Man(PathBuf),
}

/// Network Web Sockets: pages, programs and devices that pick the same channel name talk.
#[derive(Debug, Parser)]
#[command(name = "nws", version, about, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the proxy (also what `nws` alone does)
    Run(Box<RunArgs>),
    /// Keep the proxy running: from now on, and whenever you log in
    #[command(subcommand)]
    Service(ServiceTask),
    #[command(flatten)]
    Peer(PeerTask),
    /// Tell what goes on: health, links, channels; the exit status is 3 when no proxy runs
    Status(StatusTask),
    /// Open the console in a browser, with the names of channels and peers
    Console(ConsoleTask),
    /// Prepare a backbone: several networks joined over a NATS broker
    #[command(subcommand)]
    Backbone(BackboneTask),
    /// Find out what keeps peers apart, by trying it; the exit status is 1 when something is wrong
    Doctor(DoctorArgs),
    /// Print the completions of this command for a shell
    Completions {
        /// The shell
        shell: Shell,
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
    #[command(after_help = "Example: nws backbone key site.key, and then copy the file to each site")]
    Key {
        /// The new file, which only this user can read; without one the secret is printed
        file: Option<PathBuf>,
    },
    /// Print a configuration of nats-server in which each site can do what it must, and no more
    #[command(after_help = "Example: nws backbone permissions berlin lyon > nats.conf")]
    Permissions {
        /// The names of the sites
        #[arg(required = true)]
        sites: Vec<SiteName>,
    },
}

/// What is to be told of the proxy.
#[derive(Debug, Args)]
pub(crate) struct StatusTask {
    /// Port of the proxy
    #[arg(long, env = "NWS_PORT")]
    port: Option<u16>,
    /// One JSON object, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Again each second
    #[arg(long, short)]
    pub(crate) watch: bool,
}

/// The console that is wanted.
#[derive(Debug, Args)]
struct ConsoleTask {
    /// Port of the proxy
    #[arg(long, env = "NWS_PORT")]
    port: Option<u16>,
}

impl StatusTask {
    /// The port of the proxy.
    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(nws_protocol::CLIENT_PORT)
    }
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
            (Some(Command::Peer(task)), _) => Task::Peer(task),
            (Some(Command::Backbone(task)), _) => Task::Backbone(task),
            (Some(Command::Status(task)), _) => Task::Status(task),
            (Some(Command::Console(ConsoleTask { port })), _) => {
                Task::Console(port.unwrap_or(nws_protocol::CLIENT_PORT))
            }
            (Some(Command::Doctor(args)), Some((_, of_doctor))) => {
                Task::Doctor(Box::new(args.examination(of_doctor.clone())?))
            }
            (Some(Command::Completions { shell }), _) => Task::Completions(shell),
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

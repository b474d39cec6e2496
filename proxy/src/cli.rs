//! Reads the command line. Flags override the environment, which overrides a file.

mod defaults;
mod fault;
mod layer;
mod limits;
mod log_format;
mod settings;
mod source;

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use nws_proxy::Config;

pub(crate) use fault::{Fault, Usage};
pub(crate) use log_format::LogFormat;

use defaults::with_default;
use layer::Layer as _;
use settings::Settings;
use source::Sources;

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
    Run(RunArgs),
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
    /// The settings of this start, checked.
    pub(crate) fn resolve() -> Result<(Config, LogFormat), Fault> {
        let matches = source::read(Self::command(), with_default)?;
        let cli = Self::from_arg_matches(&matches).map_err(|error| Usage::from_clap(&error))?;
        let (args, matches) = match (cli.command, matches.subcommand()) {
            (Some(Command::Run(args)), Some((_, of_run))) => (args, of_run.clone()),
            (_, _) => (cli.run, matches),
        };
        let sources = Sources::new(matches, args.config.clone());
        let file = args.config.map(|path| read_file(&path, &sources)).transpose()?.unwrap_or_default();
        let settings = args.settings.over(file);
        Ok((settings.config(&sources)?, settings.log_format.unwrap_or_default()))
    }
}

fn read_file(path: &Path, sources: &Sources) -> Result<Settings, Usage> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Usage(format!("{} {name}: {error}", sources.name("config"))))?;
    toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(0, |span| text[..span.start].lines().count().max(1));
        let reason = error.message().replace('\n', ", ");
        Usage(format!("{name}, line {line}: {reason}"))
    })
}

//! Decides which servers are compared, and prepares their programs.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::server::Server;
use super::{build, peers};

/// Selects servers.
#[derive(clap::Args)]
#[group(id = "contenders-options")]
pub(crate) struct Options {
    /// Only these servers: nws, bun, floor, and nws-b with `--against`.
    #[arg(long, value_delimiter = ',')]
    servers: Vec<String>,
    /// Another build of nws, to compare this one with; it is called nws-b.
    #[arg(long, value_name = "PROGRAM")]
    against: Option<PathBuf>,
}

/// The servers that are compared.
pub(crate) struct Contenders {
    pub(crate) servers: Vec<Server>,
    pub(crate) programs: Programs,
    /// Servers of others were wanted and do not exist here.
    pub(crate) lacks_peers: bool,
}

/// Where the programs of servers are that this project does not build.
#[derive(Default)]
pub(crate) struct Programs {
    /// The folder of the servers of others.
    pub(crate) peers: PathBuf,
    /// Another build of nws.
    pub(crate) against: PathBuf,
}

impl Contenders {
    /// Builds the load generator, and the servers of others as far as they exist here.
    pub(crate) fn prepare(options: &Options) -> Result<Self> {
        let mut servers = options.chosen()?;
        let against = options.against.as_ref().map(|program| {
            program.canonicalize().with_context(|| format!("--against {}", program.display()))
        });
        let against = against.transpose()?.unwrap_or_default();
        build()?;
        let has_peers = servers.iter().any(|server| !server.is_nws());
        let peers = if has_peers { peers::prepare()? } else { None };
        let lacks_peers = has_peers && peers.is_none();
        if lacks_peers {
            servers.retain(|server| server.is_nws());
        }
        Ok(Self { servers, programs: Programs { peers: peers.unwrap_or_default(), against }, lacks_peers })
    }

    /// Says how to get the servers that were wanted and do not exist here.
    pub(crate) fn tell_missing(&self) {
        if self.lacks_peers {
            println!("{}\n", peers::MISSING);
        }
    }
}

impl Options {
    fn chosen(&self) -> Result<Vec<Server>> {
        let known =
            Server::ALL.into_iter().filter(|server| *server != Server::Against || self.against.is_some());
        let known: Vec<Server> = known.collect();
        Ok(chosen(&known, &self.servers, |server| server.name())?.into_iter().copied().collect())
    }
}

/// The items with these names, or all.
pub(crate) fn chosen<'a, T>(
    all: &'a [T],
    names: &[String],
    name: impl Fn(&T) -> &'static str,
) -> Result<Vec<&'a T>> {
    if let Some(unknown) = names.iter().find(|wanted| all.iter().all(|one| name(one) != wanted.as_str())) {
        let known: Vec<_> = all.iter().map(name).collect();
        bail!("there is no {unknown}: choose from {}", known.join(", "));
    }
    Ok(all.iter().filter(|one| names.is_empty() || names.iter().any(|wanted| wanted == name(one))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_build_is_a_server_only_where_there_is_one() {
        let chosen = |servers: &[&str], against: Option<&str>| {
            let servers = servers.iter().map(|name| (*name).to_owned()).collect();
            Options { servers, against: against.map(PathBuf::from) }.chosen()
        };
        assert_eq!(chosen(&[], None).unwrap(), [Server::Nws, Server::Bun, Server::Floor]);
        assert_eq!(chosen(&["nws", "nws-b"], Some("x")).unwrap(), [Server::Nws, Server::Against]);
        let error = chosen(&["nws-b"], None).unwrap_err().to_string();
        assert_eq!(error, "there is no nws-b: choose from nws, bun, floor");
    }
}

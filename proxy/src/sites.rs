//! `nws backbone`: makes what sites and their broker need.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use data_encoding::BASE32_NOPAD;
use nws_backbone::{Permissions, SiteName, SiteSecret, permissions};

use crate::cli::BackboneTask;

/// Does what is asked.
pub(crate) fn perform(task: &BackboneTask) -> Result<ExitCode> {
    match task {
        BackboneTask::Key { file } => make_key(file.as_deref())?,
        BackboneTask::Permissions { sites } => {
            let configuration = configuration(sites)?;
            io::stdout().write_all(configuration.as_bytes()).context("cannot write the configuration")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn make_key(file: Option<&Path>) -> Result<()> {
    let secret = SiteSecret::generate().context("the system gives no random numbers")?;
    let line = [secret.to_text().as_str(), "\n"].concat();
    let Some(path) = file else {
        return io::stdout().write_all(line.as_bytes()).context("cannot write the secret");
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(line.as_bytes()));
    written.with_context(|| format!("cannot write the secret into {}", path.display()))
}

/// A configuration of nats-server, with a password for each site.
fn configuration(sites: &[SiteName]) -> Result<String> {
    let mut users = String::new();
    for site in sites {
        users.push_str(&user(site, &password()?));
    }
    Ok(format!(
        "# A configuration of nats-server for a backbone of Network Web Sockets. Each site connects with\n\
         # its own name and password, and can do no more than it must. Add what else the server needs: TLS\n\
         # (https://docs.nats.io/running-a-nats-service/configuration/securing_nats/tls), and a cluster.\n\
         #\n\
         # At a site: NWS_BACKBONE=nats://SITE:PASSWORD@BROKER nws --backbone-site SITE --backbone-key FILE\n\
         authorization {{\n  users = [\n{users}  ]\n}}\n"
    ))
}

fn user(site: &SiteName, password: &str) -> String {
    let Permissions { subscribe, publish } = permissions(site);
    let list = |subjects: [String; 2]| subjects.map(|subject| format!("{subject:?}")).join(", ");
    format!(
        "    {{\n      user: {:?}, password: {password:?}\n      permissions {{\n        publish = [{}]\n        \
         subscribe = [{}]\n      }}\n    }}\n",
        site.as_str(),
        list(publish),
        list(subscribe)
    )
}

/// 128 random bits, of letters and digits.
fn password() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context("the system gives no random numbers")?;
    Ok(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}

//! `nws backbone`: makes what sites and their broker need.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use data_encoding::BASE32_NOPAD;
use nws_backbone::{Permissions, SiteName, SiteSecret, permissions};

use serde_json::{Value, json};

use crate::cli::BackboneTask;
use crate::command::{end, object};
use crate::fail;

/// Does what is asked.
pub(crate) fn perform(task: &BackboneTask) -> Result<ExitCode> {
    match task {
        BackboneTask::Key { file, report } => make_key(file.as_deref(), report.is_json())?,
        BackboneTask::Permissions { sites, report } => {
            if let Some(site) = repeated(sites) {
                return Ok(fail(2, &format!("{site} is there twice: each site needs its own name")));
            }
            let configuration = configuration(sites)?;
            let members = json!({ "configuration": configuration });
            let text = text(report.is_json(), configuration, "permissions", &members);
            io::stdout().write_all(text.as_bytes()).context("cannot write the configuration")?;
        }
    }
    end(0, None);
    Ok(ExitCode::SUCCESS)
}

/// What is printed for a person, or for a program.
fn text(is_json: bool, text: String, event: &str, members: &Value) -> String {
    if is_json { format!("{}\n", object(event, members)) } else { text }
}

fn make_key(file: Option<&Path>, is_json: bool) -> Result<()> {
    let secret = SiteSecret::generate().context("the system gives no random numbers")?;
    let line = [secret.to_text().as_str(), "\n"].concat();
    let Some(path) = file else {
        let members = json!({ "secret": line.trim_end() });
        let text = text(is_json, line, "secret", &members);
        return io::stdout().write_all(text.as_bytes()).context("cannot write the secret");
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(line.as_bytes()));
    written.with_context(|| format!("cannot write the secret into {}", path.display()))?;
    let text = text(is_json, String::new(), "secret", &json!({ "file": path.to_string_lossy() }));
    io::stdout().write_all(text.as_bytes()).context("cannot say that the secret is there")
}

/// A name that stands there more than once. nats-server takes each user once only.
fn repeated(sites: &[SiteName]) -> Option<&SiteName> {
    sites.iter().enumerate().find(|(at, site)| sites[..*at].contains(site)).map(|(_, site)| site)
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

//! `nws console`: opens the console in a browser, with the token of the proxy's start.
//!
//! The token is on no command line and in no URL, where other users or the history of the browser
//! would show it. The browser opens a file that only this user can read. It leads to the console
//! with a code that can be exchanged once, within seconds.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::Args;
use nws_proxy::{RuntimeFolder, write_private};
use serde_json::json;
use tokio::task::spawn_blocking;

use super::ask::{Asked, ProxyArgs};
use super::report::{Report, ReportArgs};
use super::stop::Stop;

/// Open the console in a browser, with the names of channels and peers
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", super::STATUSES))]
pub(crate) struct Console {
    #[command(flatten)]
    proxy: ProxyArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

const EXAMPLES: &str = "\
Examples:
  nws console              the console of the proxy of this machine
  nws console --port 9100  that of the proxy at another port";

impl Console {
    pub(crate) async fn run(&self, report: &Report) -> Result<(), Stop> {
        let asked = Asked::of(&self.proxy);
        let proxy = asked.get("proxy").await?;
        if proxy["has_names"] != true {
            return Err(asked.no_token());
        }
        let port = proxy["port"].as_u64().ok_or_else(|| {
            Stop::failed("a browser needs a port, and this proxy has none: start it without --no-tcp")
        })?;
        let answer = asked.post("codes").await?;
        let code = answer["code"].as_str().ok_or_else(|| Stop::failed("the proxy gives no code"))?;
        let folder = RuntimeFolder::of_user();
        let folder = folder.ok_or_else(|| Stop::failed("this user has no folder for such files"))?;
        let path = folder.join(format!("console-{port}.html"));
        write_private(&path, page(port, code).as_bytes())
            .map_err(|error| Stop::failed(format!("cannot write {}: {error}", path.display())))?;
        start_browser(&path).await?;
        report.object("opened", json!({ "path": path.to_string_lossy() })).await
    }
}
/// A page that leads to the console. The alphabet of codes has nothing that means anything in HTML.
fn page(port: u64, code: &str) -> String {
    format!(
        "<!doctype html><meta charset=utf-8><meta name=referrer content=no-referrer>\
         <meta http-equiv=refresh content=\"0;url=http://localhost:{port}/console#code={code}\">\
         <title>Network Web Sockets</title>\n"
    )
}

async fn start_browser(path: &Path) -> Result<(), Stop> {
    let opener = match () {
        () if cfg!(windows) => "explorer.exe",
        () if cfg!(target_vendor = "apple") => "open",
        () => "xdg-open",
    };
    let mut command = Command::new(opener);
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let file = path.display();
    // With tokio's commands, each turn of a proxy would look for ended processes.
    let status = spawn_blocking(move || command.status()).await.map_err(io::Error::other).flatten();
    let status = status
        .map_err(|error| Stop::failed(format!("cannot start {opener}: {error}: open {file} yourself")))?;
    // explorer.exe always fails.
    if status.success() || cfg!(windows) {
        return Ok(());
    }
    Err(Stop::failed(format!("{opener} failed: open {file} yourself, within 30 seconds")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_leads_to_the_console_with_the_code_where_no_server_sees_it() {
        let page = page(9009, "abc-_");
        assert!(page.contains("url=http://localhost:9009/console#code=abc-_\""), "{page}");
        assert!(page.contains("no-referrer"), "{page}");
    }
}

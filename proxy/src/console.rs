//! `nws console`: opens the console in a browser, with the token of the proxy's start.
//!
//! The token is on no command line and in no URL, where other users or the history of the browser
//! would show it. The browser opens a file that only this user can read. It leads to the console
//! with a code that can be exchanged once, within seconds.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, bail};
use nws_proxy::{RuntimeFolder, write_private};

use crate::ask::Asked;

/// Opens the console of the proxy that listens on `port`.
pub(crate) fn open(port: u16) -> Result<ExitCode> {
    let asked = Asked::at(port);
    if !asked.has_token() {
        // Says so if there is no proxy.
        asked.get("proxy")?;
        bail!(
            "the token of the proxy at port {port} is not to be had: open http://localhost:{port}/ without names"
        );
    }
    let answer = asked.post("codes", "{}")?;
    let code = answer["code"].as_str().context("the proxy gives no code")?;
    let folder = RuntimeFolder::of_user().context("this user has no folder for such files")?;
    let path = folder.join(format!("console-{port}.html"));
    write_private(&path, page(port, code).as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    start_browser(&path)?;
    Ok(ExitCode::SUCCESS)
}

/// A page that leads to the console. The alphabet of codes has nothing that means anything in HTML.
fn page(port: u16, code: &str) -> String {
    format!(
        "<!doctype html><meta charset=utf-8><meta name=referrer content=no-referrer>\
         <meta http-equiv=refresh content=\"0;url=http://localhost:{port}/console#code={code}\">\
         <title>Network Web Sockets</title>\n"
    )
}

fn start_browser(path: &Path) -> Result<()> {
    let opener = match () {
        () if cfg!(windows) => "explorer.exe",
        () if cfg!(target_vendor = "apple") => "open",
        () => "xdg-open",
    };
    let mut command = Command::new(opener);
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = command
        .status()
        .with_context(|| format!("cannot start {opener}: open {} yourself", path.display()))?;
    // explorer.exe always fails.
    if !status.success() && !cfg!(windows) {
        bail!("{opener} failed: open {} yourself, within 30 seconds", path.display());
    }
    Ok(())
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

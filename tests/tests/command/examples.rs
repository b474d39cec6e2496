//! The examples in the help of each command, which its manual page has too, and those of `nws cheat`.
//!
//! Each is run as a shell runs it, with a proxy and with the other end that it needs. What is not run has a reason.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use nws_tests::{Exit, Peer, Proxy, Running, Setup, program};
use serde_json::Value;

/// Examples that end by themselves, each with its channel and what runs at the other end.
const RUN: [(&str, &str, &str); 26] = [
    ("nws join chan", "", ""),
    ("NWS_CHANNEL=secret nws join -", "", ""),
    ("nws join my-channel", "", ""),
    ("nws join --local my-channel", "", ""),
    ("nws send chan \"hello\"", "chan", "nws listen chan"),
    ("nws send chan report.pdf", "chan", "nws listen chan --overwrite --save Downloads"),
    ("tar cz folder | nws send chan -", "chan", "nws listen chan --binary"),
    ("nws send my-channel \"hello\"", "my-channel", "nws listen my-channel"),
    ("nws send my-channel --to PEER \"hello\"", "my-channel", "nws listen my-channel"),
    (
        "nws send my-channel report.pdf photo.jpg",
        "my-channel",
        "nws listen my-channel --rename --save Downloads",
    ),
    ("tar cz folder | nws send my-channel -", "my-channel", "nws listen my-channel --binary"),
    ("nws listen chan --binary > file", "chan", "echo x | nws send chan - --wait 30"),
    (
        "nws listen my-channel --binary | tar xz",
        "my-channel",
        "tar cz folder | nws send my-channel - --wait 30",
    ),
    ("nws rtt chan", "chan", "nws listen chan"),
    ("nws rtt chan --to PEER -n 100", "chan", "nws listen chan"),
    ("nws rtt my-channel", "my-channel", "nws listen my-channel"),
    ("nws status", "", ""),
    ("nws status --json", "", ""),
    ("nws peers add nas.example:9010", "", ""),
    ("nws peers list", "", ""),
    ("nws console", "", ""),
    ("nws cheat", "", ""),
    ("nws cheat | grep -A1 -i file", "", ""),
    ("source <(nws completions bash)", "", ""),
    ("nws backbone key site.key", "", ""),
    ("nws backbone permissions berlin lyon >nats.conf", "", ""),
];

/// Beginnings of examples that are not run here, with the reasons.
const LEFT_OUT: [(&str, &str); 13] = [
    ("tail -f log", "goes on until it is ended"),
    ("nws listen ", "goes on: the tests of pipes and terminals end it"),
    ("nws status --watch", "the same"),
    ("nws peers remove", "of an address that was added: the lab has some"),
    ("nws console --port", "a proxy at another port"),
    ("nws doctor", "asks the network: the lab has one"),
    ("nws run", "joins the network: the lab has one"),
    ("nws service", "changes this machine: `cargo xtask test dist` does that"),
    ("nws completions zsh", "the folder of another shell"),
    ("nws completions fish", "the folder of another shell"),
    ("nws completions powershell", "another shell"),
    ("ping ", "not every system lets a test send such packets"),
    ("nws\n", "joins the network: the lab has one"),
];

/// A shell with the files that the examples name, in a home of its own.
struct Shell {
    home: PathBuf,
}

impl Drop for Shell {
    fn drop(&mut self) {
        // A folder left among temporary files harms nobody.
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

impl Shell {
    fn start() -> Result<Self> {
        let home = std::env::temp_dir().join(format!("nws-command-examples-{}", std::process::id()));
        std::fs::create_dir_all(home.join("folder"))?;
        for file in ["report.pdf", "photo.jpg", "folder/one"] {
            std::fs::write(home.join(file), file)?;
        }
        let nws = format!("#!/bin/sh\nexec '{}' \"$@\"\n", program()?.display());
        script(&home.join("bin/nws"), &nws)?;
        script(&home.join("bin/xdg-open"), "#!/bin/sh\nexit 0\n")?;
        Ok(Self { home })
    }

    /// Starts a line of a shell, for a proxy.
    fn line(&self, proxy: &Proxy, line: &str) -> Result<Running> {
        let enter = "cd \"$0\" && HOME=$0 PATH=$0/bin:/usr/bin:/bin && set -o pipefail";
        let line = format!("{enter}\n{line}");
        let home = self.home.to_string_lossy().into_owned();
        // The program that is started stands behind the line, and is not used.
        Running::within(proxy.port(), &["bash", "-c", &line, &home], &[])
    }

    async fn run(&self, example: &str, channel: &str, other: &str) -> Result<Exit> {
        let proxy = Proxy::start().await?;
        if channel.is_empty() {
            return self.line(&proxy, example)?.exit().await;
        }
        let mut watcher = Peer::alone(&proxy, &format!("/{channel}")).await?;
        // Without a shell in between, it ends with its handle.
        let is_pipeline = other.contains('|');
        let _other =
            self.line(&proxy, &if is_pipeline { other.to_owned() } else { format!("exec {other}") })?;
        let id = watcher.arrival().await?;
        self.line(&proxy, &example.replace("PEER", &id))?.exit().await
    }
}

fn script(path: &Path, text: &str) -> Result<()> {
    std::fs::create_dir_all(path.parent().context("a folder")?)?;
    std::fs::write(path, text)?;
    Ok(std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))?)
}

/// All examples, without what is said about them.
async fn all() -> Result<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    let help = Setup::new().instead(&["--help"]).await?.stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands = commands.take_while(|line| !line.is_empty());
    let names: Vec<&str> = commands.filter_map(|line| line.split_whitespace().next()).collect();
    ensure!(names.len() > 10, "{help}");
    for name in names.into_iter().filter(|name| *name != "help") {
        let help = Setup::new().instead(&[name, "--help"]).await?.stdout;
        let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
        let lines = lines.take_while(|line| !line.is_empty()).map(str::trim);
        all.extend(lines.map(|line| line.split("  ").next().unwrap_or(line).to_owned()));
    }
    let cheat = Setup::new().instead(&["cheat", "--json"]).await?.stdout;
    for line in cheat.lines() {
        let object: Value = serde_json::from_str(line)?;
        all.extend(object["command"].as_str().map(str::to_owned));
    }
    Ok(all)
}

#[tokio::test]
async fn every_example_is_run_or_there_is_a_reason() -> Result<()> {
    let all = all().await?;
    let is_run = |example: &str| RUN.iter().any(|(run, ..)| *run == example);
    let is_left_out =
        |example: &str| LEFT_OUT.iter().any(|(beginning, _)| format!("{example}\n").starts_with(beginning));
    let forgotten: Vec<_> = all.iter().filter(|it| !is_run(it) && !is_left_out(it)).collect();
    ensure!(forgotten.is_empty(), "{forgotten:?}");
    let gone: Vec<_> = RUN.iter().filter(|(run, ..)| !all.contains(*run)).collect();
    ensure!(gone.is_empty(), "{gone:?}");
    Ok(())
}

#[tokio::test]
async fn the_examples_work() -> Result<()> {
    let shell = Shell::start()?;
    for (example, channel, other) in RUN {
        let exit = shell.run(example, channel, other).await.with_context(|| example.to_owned())?;
        ensure!(exit.status.success(), "{example}: {exit:?}");
    }
    Ok(())
}

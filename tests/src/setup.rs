//! How a proxy under test is configured.

use std::env::consts::EXE_SUFFIX;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail, ensure};
use tokio::process::{Child, Command};

#[cfg(target_os = "linux")]
use crate::lab::Machine;
use crate::place::Place;
use crate::{Exit, Proxy};

/// Flags and limits of a proxy that is about to start: on a free port and without discovery, or with every default on
/// a machine of a lab.
#[derive(Default)]
pub struct Setup {
    place: Place,
    flags: Vec<String>,
    variables: Vec<(String, String)>,
    limits: String,
    descriptors: Option<u32>,
    user: Option<(u32, PathBuf)>,
    is_partner: bool,
}

impl Setup {
    /// With every default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// On a machine of a lab.
    #[cfg(target_os = "linux")]
    #[must_use]
    pub fn on(machine: &Machine) -> Self {
        Self { place: Place::On(machine.namespace().clone()), ..Self::default() }
    }

    /// Adds a flag of `nws run` that has no value.
    #[must_use]
    pub fn switch(mut self, name: &str) -> Self {
        self.flags.push(name.to_owned());
        self
    }

    /// Adds a flag of `nws run` with its value.
    #[must_use]
    pub fn flag(mut self, name: &str, value: impl ToString) -> Self {
        self.flags.extend([name.to_owned(), value.to_string()]);
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets a key of the table `[limits]` of the configuration file.
    #[must_use]
    pub fn limit(mut self, key: &str, value: impl ToString) -> Self {
        writeln!(self.limits, "{key} = {}", value.to_string()).expect("a String takes all that is written");
        self
    }

    /// Leaves it no more than `count` file descriptors.
    #[must_use]
    pub fn descriptors(self, count: u32) -> Self {
        Self { descriptors: Some(count), ..self }
    }

    /// Runs it as another user, from a copy in a folder that is open to him. Needs root.
    #[must_use]
    pub fn user(self, id: u32, folder: &Path) -> Self {
        Self { user: Some((id, folder.to_owned())), ..self }
    }

    /// Takes the program that `NWS_PARTNER_BIN` names, which is for another system or of another version.
    #[must_use]
    pub fn partner(self) -> Self {
        Self { is_partner: true, ..self }
    }

    /// Starts it and waits until it listens.
    pub async fn start(self) -> Result<Proxy> {
        let (command, file) = self.command()?;
        Proxy::spawn(command, self.place, file).await
    }

    /// Starts it in the expectation that it ends by itself.
    pub async fn exit(self) -> Result<Exit> {
        let (command, _file) = self.command()?;
        Exit::of(command).await
    }

    /// Starts it with these streams, and waits for nothing.
    pub fn spawn(self, stdout: Stdio, stderr: Stdio) -> Result<Child> {
        ensure!(self.limits.is_empty(), "a configuration file would go before it is read");
        let (mut command, _) = self.command()?;
        command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).kill_on_drop(true);
        command.spawn().context("cannot start nws")
    }

    /// Runs `nws` with exactly `args`, in the expectation that it ends by itself.
    pub async fn fails(args: &[&str]) -> Result<Exit> {
        Self::new().instead(args).await
    }

    /// Runs `nws` with exactly `args` instead of flags, and with the variables, in the expectation
    /// that it ends by itself.
    pub async fn instead(self, args: &[&str]) -> Result<Exit> {
        let mut command = self.place.command(program()?, self.descriptors);
        command.args(args).env("XDG_RUNTIME_DIR", self.place.runtime_folder()).envs(self.variables);
        Exit::of(command).await
    }

    fn command(&self) -> Result<(Command, Option<ConfigFile>)> {
        let file = self.file()?;
        let mut command = match &self.user {
            None => self.place.command(self.program()?, self.descriptors),
            Some((id, folder)) => as_user(*id, folder)?,
        };
        let has_port = self.flags.iter().any(|flag| flag == "--port");
        command.arg("run").args(self.place.flags(has_port)).args(&self.flags);
        command.env("XDG_RUNTIME_DIR", self.place.runtime_folder());
        // What a proxy of this user remembers is nothing for tests, and the other way round.
        command.env("XDG_STATE_HOME", self.place.state_folder());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(file) = &file {
            command.arg("--config").arg(&file.0);
        }
        Ok((command, file))
    }

    fn program(&self) -> Result<PathBuf> {
        let partner = std::env::var_os("NWS_PARTNER_BIN").filter(|_| self.is_partner);
        partner.map_or_else(program, |partner| is_there(partner.into()))
    }

    fn file(&self) -> Result<Option<ConfigFile>> {
        if self.limits.is_empty() {
            return Ok(None);
        }
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("nws-test-{}-{number}.toml", std::process::id()));
        std::fs::write(&path, format!("[limits]\n{}", self.limits))
            .context("cannot write a configuration file")?;
        Ok(Some(ConfigFile(path)))
    }
}

/// A configuration file that goes with its proxy.
pub(crate) struct ConfigFile(PathBuf);

impl Drop for ConfigFile {
    fn drop(&mut self) {
        // A file left in the temporary folder harms nobody.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The program as another user, who need not be let into the folder of the build.
fn as_user(id: u32, folder: &Path) -> Result<Command> {
    let copy = folder.join("nws");
    std::fs::copy(program()?, &copy).context("cannot copy nws")?;
    let mut command = Command::new("setpriv");
    command.args([format!("--reuid={id}"), format!("--regid={id}"), "--clear-groups".to_owned()]).arg(copy);
    Ok(command)
}

/// The program that is tested.
pub fn program() -> Result<PathBuf> {
    is_there(std::env::var_os("NWS_BIN").map_or_else(built, PathBuf::from))
}

fn is_there(path: PathBuf) -> Result<PathBuf> {
    if !path.is_file() {
        bail!("{} is missing: run `cargo xtask test`, or `cargo build -p nws-proxy`", path.display());
    }
    Ok(path)
}

/// The debug build that lies beside this test's own program.
fn built() -> PathBuf {
    let test = std::env::current_exe().unwrap_or_default();
    let folder = test.ancestors().nth(2).map_or_else(PathBuf::new, Path::to_owned);
    folder.join(format!("nws{EXE_SUFFIX}"))
}

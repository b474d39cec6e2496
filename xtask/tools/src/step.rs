//! Runs one program for a task. It is announced before it starts and awaited, and its failure is an
//! error that names it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};

use crate::checkout;

/// A program to be run at the root of the checkout.
pub struct Step {
    command: Command,
    name: String,
    is_announced: bool,
}

impl Step {
    /// A program by its path, or by its name if the shell would find it.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        let program = program.as_ref();
        let mut command = Command::new(program);
        command.current_dir(checkout::root());
        Self { command, name: file_name(program), is_announced: true }
    }

    /// The cargo that runs this task.
    #[must_use]
    pub fn cargo(words: &str) -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).words(words)
    }

    /// Adds arguments without spaces, written as on a command line.
    #[must_use]
    pub fn words(mut self, words: &str) -> Self {
        for word in words.split_whitespace() {
            self = self.arg(word);
        }
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.name = format!("{} {}", self.name, arg.as_ref().to_string_lossy());
        self.command.arg(arg);
        self
    }

    /// Has cargo compile a tool for a short build, and not for a fast program: a cold run compiles
    /// several tools and uses each once.
    #[must_use]
    pub fn quickly_built(self) -> Self {
        self.env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Runs the program in a folder of the checkout.
    #[must_use]
    pub fn dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(checkout::root().join(folder));
        self
    }

    /// Does not announce the program on this terminal.
    #[must_use]
    pub fn unannounced(mut self) -> Self {
        self.is_announced = false;
        self
    }

    /// Runs the program on this terminal.
    ///
    /// # Errors
    ///
    /// When the program cannot be started, or ends with another status than 0.
    pub fn run(mut self) -> Result<()> {
        self.announce();
        let status = self.command.status();
        self.judge(status)
    }

    /// Gives whether the program can be started and ends with status 0. Prints nothing.
    #[must_use]
    pub fn succeeds(mut self) -> bool {
        let status = self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }

    /// Runs the program quietly, and gives what it wrote to standard output.
    ///
    /// # Errors
    ///
    /// The errors of [`run`](Self::run), and output that is not UTF-8.
    pub fn read(mut self) -> Result<String> {
        let output = self.command.stderr(Stdio::inherit()).output();
        let (status, stdout) = match output {
            Ok(output) => (Ok(output.status), output.stdout),
            Err(error) => (Err(error), Vec::new()),
        };
        self.judge(status)?;
        String::from_utf8(stdout)
            .with_context(|| format!("`{}` wrote something that is not UTF-8", self.name))
    }

    /// Runs the program on this terminal, and passes each line of its standard output to `each`
    /// too.
    ///
    /// # Errors
    ///
    /// The errors of [`run`](Self::run), and output that cannot be read.
    pub fn watch(mut self, mut each: impl FnMut(&str)) -> Result<()> {
        self.announce();
        let mut child =
            self.command.stdout(Stdio::piped()).spawn().with_context(|| cannot_start(&self.name))?;
        for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines) {
            let line = line.with_context(|| format!("cannot read what `{}` writes", self.name))?;
            println!("{line}");
            each(&line);
        }
        let status = child.wait();
        self.judge(status)
    }

    /// Replaces this process, so that Ctrl-C and signals reach the program itself.
    ///
    /// # Errors
    ///
    /// When the program cannot be started.
    #[cfg(unix)]
    pub fn become_it(mut self) -> Result<()> {
        use std::os::unix::process::CommandExt;
        self.announce();
        Err(self.command.exec()).with_context(|| cannot_start(&self.name))
    }

    /// Runs the program, as no process can be replaced here.
    ///
    /// # Errors
    ///
    /// The errors of [`run`](Self::run).
    #[cfg(not(unix))]
    pub fn become_it(self) -> Result<()> {
        self.run()
    }

    fn announce(&self) {
        if self.is_announced {
            println!("$ {}", self.name);
        }
    }

    fn judge(&self, status: std::io::Result<ExitStatus>) -> Result<()> {
        let status = status.with_context(|| cannot_start(&self.name))?;
        if !status.success() {
            bail!("`{}` ended with {status}", self.name);
        }
        Ok(())
    }
}

fn cannot_start(name: &str) -> String {
    format!("cannot start `{name}`")
}

/// The name of a program of the checkout or the toolchain, without its folder.
fn file_name(program: &OsStr) -> String {
    Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned()
}

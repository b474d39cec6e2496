//! Runs one program for a task. It is announced before it starts and awaited, and its failure is an
//! error that names it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

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
        Self::new(cargo()).words(words)
    }

    /// The same cargo, which takes only the time of processors that no other program wants. Unix has this.
    #[must_use]
    pub fn cargo_in_idle_time(words: &str) -> Self {
        Self::new("nice").words("-n 19").arg(cargo()).words(words)
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

    /// Starts the program beside what else runs. All that it writes goes to `log` until it is awaited.
    ///
    /// # Errors
    ///
    /// When the program cannot be started, or the file cannot be written.
    pub fn begin(mut self, log: PathBuf) -> Result<Begun> {
        self.announce();
        let file = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        self.command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let child = self.command.spawn().with_context(|| cannot_start(&self.name))?;
        Ok(Begun { step: self, child, log })
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

/// A program that runs beside what else runs.
pub struct Begun {
    step: Step,
    child: Child,
    log: PathBuf,
}

impl Begun {
    /// Waits for its end, and prints what it wrote.
    ///
    /// # Errors
    ///
    /// When it ends with another status than 0.
    pub fn end(mut self) -> Result<()> {
        let status = self.child.wait();
        println!("{}", fs::read_to_string(&self.log).unwrap_or_default().trim_end());
        self.step.judge(status)
    }
}

fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn cannot_start(name: &str) -> String {
    format!("cannot start `{name}`")
}

/// The name of a program of the checkout or the toolchain, without its folder.
fn file_name(program: &OsStr) -> String {
    Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn what_runs_beside_tells_how_it_ended() -> Result<()> {
        let log = std::env::temp_dir().join(format!("nws-step-{}", std::process::id()));
        let shell = |script: &str| Step::new("sh").arg("-c").arg(script).begin(log.clone());
        shell("true")?.end()?;
        let failed = shell("echo said; echo complained >&2; exit 3")?.end().unwrap_err().to_string();
        assert!(failed.contains("exit 3` ended with exit status: 3"), "{failed}");
        assert_eq!(fs::read_to_string(&log)?, "said\ncomplained\n");
        fs::remove_file(log)?;
        Ok(())
    }
}

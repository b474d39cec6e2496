//! Runs the proxy of the service, writes its log, and shows others that it runs.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use time::OffsetDateTime;

use super::super::command_line::CommandLine;
use super::super::{Error, files};

/// A log that is longer becomes the old log when the host starts.
const LOG_MOST: u64 = 1024 * 1024;

/// How long a host waits for the lock.
const PATIENCE: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(20);

/// The files by which the host and the commands know each other.
pub(super) struct Records {
    folder: PathBuf,
    command_line: PathBuf,
}

impl Records {
    /// Those of this user.
    pub(super) fn find() -> Result<Self, Error> {
        let variable = "LOCALAPPDATA";
        let folder = files::variable(variable).ok_or(Error::NoFolder { variable })?;
        Ok(Self::inside(&folder.join("nws")))
    }

    fn inside(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), command_line: folder.join("service.json") }
    }

    /// The file that says what the host runs.
    pub(super) fn command_line(&self) -> &Path {
        &self.command_line
    }

    /// The log of the proxy.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.join("nws.log")
    }

    /// A file for the description of the task.
    pub(super) fn task(&self) -> PathBuf {
        self.folder.join("task.xml")
    }

    pub(super) fn read(&self) -> Result<Option<CommandLine>, Error> {
        Ok(files::read(&self.command_line)?.as_deref().and_then(CommandLine::from_json))
    }

    pub(super) fn write(&self, command_line: &CommandLine) -> Result<(), Error> {
        files::write(&self.command_line, command_line.json().as_bytes())
    }

    /// Removes all but the logs.
    pub(super) fn remove(&self) -> Result<(), Error> {
        [&self.command_line, &self.task(), &self.lock(), &self.host_file()]
            .into_iter()
            .try_for_each(|file| files::remove(file))
    }

    /// Whether a host runs.
    pub(super) fn is_held(&self) -> Result<bool, Error> {
        let path = self.lock();
        if !path.exists() {
            return Ok(false);
        }
        match File::open(&path).map_err(TryLockError::Error).and_then(|file| file.try_lock()) {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(files::fault("read", &path)(error)),
        }
    }

    /// The number of the process that is the proxy.
    pub(super) fn process(&self) -> Result<Option<String>, Error> {
        Ok(files::read(&self.host_file())?.and_then(|text| Some(text.lines().next()?.to_owned())))
    }

    /// When the proxy began.
    pub(super) fn since(&self) -> Result<String, Error> {
        Ok(files::read(&self.host_file())?
            .and_then(|text| Some(text.lines().nth(1)?.to_owned()))
            .unwrap_or_default())
    }

    /// The last line of the log.
    pub(super) fn last_line(&self) -> Result<String, Error> {
        let log = files::read(&self.log())?.unwrap_or_default();
        Ok(log.lines().last().unwrap_or("it has never begun").to_owned())
    }

    /// Serves until the proxy ends.
    pub(super) fn host(&self) -> Result<ExitCode, Error> {
        let command_line = self.read()?.ok_or(Error::NotInstalled)?;
        let _held = self.hold()?;
        let log = self.open_log()?;
        let ended = self.serve(&command_line, &log);
        ended.inspect_err(|error| {
            // A host has no window, so only the log shows the error. If that cannot be written
            // either, nothing is left that could.
            let _ = writeln!(&log, "nws: {}", error.in_full());
        })
    }

    /// Runs the proxy to its end.
    fn serve(&self, command_line: &CommandLine, log: &File) -> Result<ExitCode, Error> {
        let output = || log.try_clone().map_err(files::fault("write", &self.log()));
        let mut proxy = Command::new(&command_line.program);
        proxy.args(&command_line.arguments).stdin(Stdio::null()).stdout(output()?).stderr(output()?);
        let fault = |source| Error::Proxy { program: command_line.program.clone(), source };
        let mut proxy = proxy.spawn().map_err(fault)?;
        if let Err(error) = self.tell(proxy.id()) {
            // Nobody could end a proxy that nobody knows.
            let _ = proxy.kill();
            let _ = proxy.wait();
            return Err(error);
        }
        let status = proxy.wait().map_err(fault)?;
        Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
    }

    fn lock(&self) -> PathBuf {
        self.folder.join("host.lock")
    }

    fn host_file(&self) -> PathBuf {
        self.folder.join("host.txt")
    }

    /// Takes the lock.
    fn hold(&self) -> Result<File, Error> {
        let path = self.lock();
        let fault = files::fault("lock", &path);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(&fault)?;
        // Whoever asks whether a host runs has the lock for a moment.
        let deadline = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(Error::HostRuns),
                Err(TryLockError::Error(error)) => return Err(fault(error)),
            }
        }
        // What it says is about an earlier proxy.
        files::remove(&self.host_file())?;
        Ok(file)
    }

    /// Says which process the proxy is, and since when.
    fn tell(&self, proxy: u32) -> Result<(), Error> {
        let now = OffsetDateTime::now_utc();
        let (hour, minute, second) = now.to_hms();
        let text = format!("{proxy}\n{} {hour:02}:{minute:02}:{second:02} UTC\n", now.date());
        files::write(&self.host_file(), text.as_bytes())
    }

    /// Opens the log, behind what is there.
    fn open_log(&self) -> Result<File, Error> {
        let path = self.log();
        let fault = files::fault("write", &path);
        if fs::metadata(&path).is_ok_and(|log| log.len() > LOG_MOST) {
            fs::rename(&path, path.with_extension("old.log")).map_err(&fault)?;
        }
        OpenOptions::new().create(true).append(true).open(&path).map_err(&fault)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn with_folder(name: &str, test: impl FnOnce(Records)) {
        let folder = std::env::temp_dir().join(format!("nws-host-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        test(Records::inside(&folder));
        fs::remove_dir_all(&folder).unwrap();
    }

    fn shell(script: &str) -> CommandLine {
        CommandLine { program: "/bin/sh".to_owned(), arguments: ["-c", script].map(str::to_owned).into() }
    }

    #[test]
    fn a_host_writes_the_log_and_ends_as_its_program_does() {
        with_folder("log", |records| {
            assert!(matches!(records.host(), Err(Error::NotInstalled)));
            fs::write(records.log(), vec![b'x'; 2 * 1024 * 1024]).unwrap();
            for _ in 0..2 {
                records.write(&shell("echo out; echo error >&2; exit 7")).unwrap();
                assert_eq!(format!("{:?}", records.host().unwrap()), format!("{:?}", ExitCode::from(7)));
            }
            assert_eq!(fs::read_to_string(records.log()).unwrap(), "out\nerror\nout\nerror\n");
            assert_eq!(records.last_line().unwrap(), "error");
            assert!(!records.is_held().unwrap());
            assert!(records.process().unwrap().unwrap().parse::<u32>().is_ok());
            assert!(records.since().unwrap().ends_with(" UTC"));
            records.remove().unwrap();
            assert_eq!(records.read().unwrap(), None);
        });
    }

    #[test]
    fn a_proxy_that_cannot_start_is_told_in_the_log() {
        with_folder("gone", |records| {
            records.write(&CommandLine { program: "/gone/nws".to_owned(), arguments: Vec::new() }).unwrap();
            assert!(matches!(records.host(), Err(Error::Proxy { .. })));
            let line = records.last_line().unwrap();
            assert!(line.starts_with("nws: cannot start the proxy /gone/nws"), "{line}");
            assert!(line.contains("os error 2"), "{line}");
        });
    }

    #[test]
    fn a_host_that_runs_is_seen_and_is_the_only_one() {
        with_folder("lock", |records| {
            assert!(!records.is_held().unwrap());
            let held = records.hold().unwrap();
            assert!(records.is_held().unwrap());
            assert_eq!(records.process().unwrap(), None);
            records.write(&shell("exit 0")).unwrap();
            assert!(matches!(records.host(), Err(Error::HostRuns)));
            drop(held);
            assert!(!records.is_held().unwrap());
        });
    }
}

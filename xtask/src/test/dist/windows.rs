//! Tests the executable for Windows with Wine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use nws_tools::{Step, checkout};

use super::program;
use crate::test::emulated::Emulator;
use crate::test::tally::Tally;

const TRIPLE: &str = "x86_64-pc-windows-gnu";

/// Without programs the server stays for so many seconds. If this process is killed, it goes too.
const LINGER: &str = "--persistent=600";

/// Debian's program `wine` is a script that complains of a missing Wine for 32 bits.
const WINE: &str = "/usr/lib/wine/wine64";

const SERVER: &str = "/usr/lib/wine/wineserver64";

/// How often Wine is started in all. Its services have little time to start: on a busy machine the one
/// that knows the network interfaces was not there, for as long as that Wine ran.
const STARTS: usize = 3;

/// What Wine 8 of Debian lacks of the DLLs that Rust needs. Windows has all of them.
const SHIM: &str = "\
__declspec(dllimport) unsigned char __stdcall SystemFunction036(void *buffer, unsigned long length);
__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *buffer, unsigned long long length) {
    return SystemFunction036(buffer, (unsigned long) length);
}
";

/// What does not run with Wine.
const LEFT_OUT: [(&str, &str); 6] = [
    ("unix::", "Windows has no Unix sockets of one user"),
    ("sandbox::", "the sandbox is that of Linux"),
    ("streams::", "Windows has no /dev/full"),
    ("without_descriptors", "Windows has no limit of descriptors"),
    ("memory::", "what Linux tells is the memory of Wine"),
    ("service::", "it starts the instance of systemd of a user"),
];

/// Runs the tests of the proxy with `nws.exe`.
pub(crate) fn windows() -> Result<Tally> {
    let folder = tempfile::Builder::new().prefix("nws-wine-").tempdir()?;
    let copy = folder.path().join("nws.exe");
    let built = program(TRIPLE, "nws.exe");
    fs::copy(&built, &copy)
        .with_context(|| format!("cannot copy {}: run `cargo xtask dist`", built.display()))?;
    let wine = wine(folder.path());
    wine.need()?;
    make_shim(folder.path())?;
    let _drive = Drive::make(folder.path())?;
    wine.test(&copy, folder.path())
}

fn wine(folder: &Path) -> Emulator {
    Emulator {
        name: "Wine",
        program: WINE,
        probe: "--version",
        package: "wine64",
        variables: variables(folder),
        // Wine makes Ctrl-C of it.
        term: "INT",
        folders: &["proxy"],
        // With several at a time, Wine now and then ended a proxy that no test had stopped.
        at_once: Some("1"),
        left_out: &LEFT_OUT,
    }
}

/// The drive C: of Wine, with the server without which no program runs. A server that Wine starts
/// by itself ends soon after the last program, just when a test may start the next one.
///
/// Its services end after the last program too, and start again beside the next one, which may ask
/// for the network interfaces before they are there. So one program runs all the time.
struct Drive<'f> {
    folder: &'f Path,
    /// It reads commands, and none come.
    shell: Option<Child>,
}

impl<'f> Drive<'f> {
    fn make(folder: &'f Path) -> Result<Self> {
        let mut drive = Self { folder, shell: None };
        fs::create_dir(folder.join("prefix")).context("cannot make the folder of Wine")?;
        drive.start_server()?;
        // Neither .NET nor a browser.
        let boot = drive.step(WINE).words("wineboot --init").env("WINEDLLOVERRIDES", "mscoree,mshtml=");
        boot.run().context("Wine cannot make a drive C:")?;
        drive.start_shell()?;
        for _ in 1..STARTS {
            if drive.has_interfaces()? {
                return Ok(drive);
            }
            println!("Wine knows no network interfaces: it is started again");
            drive.end();
            drive.start_server()?;
            drive.start_shell()?;
        }
        if !drive.has_interfaces()? {
            bail!("the service nsiproxy of Wine, which knows the network interfaces, does not start");
        }
        Ok(drive)
    }

    /// The server goes on in the background once it is ready.
    fn start_server(&self) -> Result<()> {
        self.step(SERVER).arg(LINGER).run().context("the server of Wine does not start")
    }

    fn start_shell(&mut self) -> Result<()> {
        let mut shell = Command::new(WINE);
        shell.arg("cmd").envs(variables(self.folder)).stdin(Stdio::piped());
        shell.stdout(Stdio::null()).stderr(Stdio::null());
        self.shell = Some(shell.spawn().context("the shell of Wine does not start")?);
        Ok(())
    }

    /// Without the service that knows them, `ipconfig` succeeds and prints nothing.
    fn has_interfaces(&self) -> Result<bool> {
        Ok(self.step(WINE).arg("ipconfig").read()?.contains("127.0.0.1"))
    }

    fn end(&mut self) {
        let _ = self.step(SERVER).arg("--kill").succeeds();
        let _ = self.step(SERVER).arg("--wait").succeeds();
        if let Some(mut shell) = self.shell.take() {
            // It has ended with the server.
            let _ = shell.kill();
            let _ = shell.wait();
        }
    }

    fn step(&self, program: &str) -> Step {
        variables(self.folder)
            .into_iter()
            .fold(Step::new(program), |step, (name, value)| step.env(name, value))
    }
}

/// Ends the server and its programs, so that nothing writes into the folder any more.
impl Drop for Drive<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

fn variables(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    vec![("WINEPREFIX", folder.join("prefix")), ("WINEDEBUG", "-all".into()), ("WINESERVER", SERVER.into())]
}

/// Makes the DLL beside the executable. It is for tests only.
fn make_shim(folder: &Path) -> Result<()> {
    let source = folder.join("bcryptprimitives.c");
    fs::write(&source, SHIM).with_context(|| format!("cannot write {}", source.display()))?;
    let tools = std::env::var_os("NWS_DIST_TOOLS")
        .map_or_else(|| checkout::target().join("dist-work/tools"), PathBuf::from);
    let python = tools.join("python/bin/python");
    let compile = Step::new(python).words("-m ziglang cc -target x86_64-windows-gnu -shared -o");
    compile.arg(folder.join("bcryptprimitives.dll")).arg(source).arg("-ladvapi32").run()
}

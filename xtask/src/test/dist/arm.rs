//! Tests the executables for Linux on ARM with QEMU, which translates the instructions of one
//! program and hands its system calls to this kernel.

use anyhow::{Context, Result};

use super::program;
use crate::test::emulated::Emulator;
use crate::test::tally::Tally;

/// The platforms, and what runs their programs.
const PLATFORMS: [(&str, &str); 2] = [
    ("aarch64-unknown-linux-musl", "qemu-aarch64-static"),
    ("armv7-unknown-linux-musleabihf", "qemu-arm-static"),
];

const LEFT_OUT: [(&str, &str); 4] = [
    ("memory::", "QEMU's own memory would count"),
    ("memory_of_links_with_many_members_goes_back", "QEMU's own memory would count"),
    ("is_closed_to_its_own_user_and_gains_no_privileges", "QEMU has a thread that is older than the sandbox"),
    ("service::", "systemd would start the executable without QEMU"),
];

/// Runs the tests of the proxy with each of those executables.
pub(crate) fn arm() -> Result<Tally> {
    PLATFORMS.into_iter().map(|(triple, emulator)| platform(triple, emulator)).sum()
}

fn platform(triple: &str, emulator: &'static str) -> Result<Tally> {
    let folder = tempfile::Builder::new().prefix("nws-qemu-").tempdir()?;
    let qemu = qemu(emulator);
    qemu.need()?;
    qemu.test(&program(triple, "nws"), folder.path()).with_context(|| format!("cannot test {triple}"))
}

fn qemu(program: &'static str) -> Emulator {
    Emulator {
        name: "QEMU",
        program,
        probe: "--version",
        package: "qemu-user-static",
        variables: Vec::new(),
        term: "TERM",
        folders: &["proxy", "links"],
        at_once: None,
        left_out: &LEFT_OUT,
    }
}

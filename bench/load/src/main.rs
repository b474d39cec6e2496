//! `nws-load`, the program.

#[cfg(target_os = "linux")]
use nws_load::main;

#[cfg(not(target_os = "linux"))]
#[expect(clippy::print_stderr, reason = "a program that says why it does nothing")]
fn main() -> std::process::ExitCode {
    eprintln!("nws-load: its clocks and counters exist for Linux only");
    std::process::ExitCode::FAILURE
}

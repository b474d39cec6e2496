//! What a test that was killed could not take away: its namespaces, and the proxies in them.
//!
//! The names of namespaces tell the process that made them, so that tests run beside each other and each finds
//! what is nobody's any more.

use std::fs;
use std::path::Path;

use anyhow::Result;
use rustix::process::{Pid, Signal, kill_process};

use super::{ip, namespace};

const PREFIX: &str = "nwslab-";

/// The name of a lab of this process, with which those of its namespaces begin.
pub(super) fn name(number: u32) -> String {
    format!("{PREFIX}{}-{number}", std::process::id())
}

/// Removes the namespaces of processes that are no more, and ends what still runs in them.
pub(super) fn sweep() -> Result<()> {
    let Ok(entries) = fs::read_dir(namespace::FOLDER) else { return Ok(()) };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if owner(&name).is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            remove(&name);
        }
    }
    Ok(())
}

fn owner(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX)?.split('-').next()
}

/// Failing is no fault: another test sweeps at the same time.
fn remove(name: &str) {
    let running = ip::read(&format!("netns pids {name}")).unwrap_or_default();
    for pid in running.lines().filter_map(|pid| Pid::from_raw(pid.trim().parse().ok()?)) {
        kill_process(pid, Signal::KILL).ok();
    }
    ip::read(&format!("netns del {name}")).ok();
}

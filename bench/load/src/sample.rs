//! What the kernel tells of the server, of this program and of the machine at one moment (Linux: `/proc`).

use std::fs;
use std::ops::Sub;
use std::path::{Path, PathBuf};

/// Of one moment, or, as the difference of two, of the time between.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sample {
    pub(crate) server: Server,
    /// CPU seconds of this program.
    pub(crate) generator: f64,
    /// CPU seconds of everything on this machine.
    pub(crate) machine: f64,
    /// CPU seconds that a hypervisor gave to other machines.
    pub(crate) stolen: f64,
}

/// Of all threads of the server together.
#[derive(Clone, Copy, Default)]
pub(crate) struct Server {
    /// CPU seconds in ticks of the kernel, usually 10 ms.
    pub(crate) user: f64,
    pub(crate) system: f64,
    /// CPU seconds to the nanosecond, of those threads that live.
    pub(crate) running: f64,
    pub(crate) switches: f64,
}

impl Sample {
    pub(crate) fn now(server: Option<u32>) -> Self {
        let (user, system) = process(Path::new("/proc/self"));
        let (machine, stolen) = machine();
        let server = server.map_or_else(Server::default, Server::now);
        Self { server, generator: user + system, machine, stolen }
    }

    /// CPU seconds of other programs.
    pub(crate) fn others(&self) -> f64 {
        (self.machine - self.generator - self.server.user - self.server.system).max(0.0)
    }
}

impl Server {
    fn now(pid: u32) -> Self {
        let folder = PathBuf::from(format!("/proc/{pid}"));
        let (user, system) = process(&folder);
        let tasks = fs::read_dir(folder.join("task")).into_iter().flatten().flatten();
        let (mut running, mut switches) = (0.0, 0.0);
        for task in tasks.map(|task| task.path()) {
            running += nanoseconds(&task) / 1e9;
            switches += ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"]
                .map(|key| status(&task, key).unwrap_or(0.0))
                .iter()
                .sum::<f64>();
        }
        Self { user, system, running, switches }
    }

    /// CPU seconds, as exact as can be: a thread that has ended takes its nanoseconds along.
    pub(crate) fn cpu(&self) -> f64 {
        let ticks = self.user + self.system;
        // Two roundings of a tick each, at both ends.
        if (ticks - self.running).abs() > 0.04 { ticks } else { self.running }
    }
}

impl Sub for Sample {
    type Output = Self;

    fn sub(self, from: Self) -> Self {
        Self {
            server: self.server - from.server,
            generator: self.generator - from.generator,
            machine: self.machine - from.machine,
            stolen: self.stolen - from.stolen,
        }
    }
}

impl Sub for Server {
    type Output = Self;

    fn sub(self, from: Self) -> Self {
        Self {
            user: self.user - from.user,
            system: self.system - from.system,
            running: self.running - from.running,
            switches: self.switches - from.switches,
        }
    }
}

/// What the process has in memory, in KiB.
pub(crate) fn resident(pid: u32) -> Option<f64> {
    status(&PathBuf::from(format!("/proc/{pid}")), "VmRSS")
}

/// User and system seconds of a process.
fn process(folder: &Path) -> (f64, f64) {
    let text = fs::read_to_string(folder.join("stat")).unwrap_or_default();
    times(&text).unwrap_or_default()
}

/// The name of the program stands in parentheses, and may hold anything; the times are the 12th and 13th field after it.
fn times(stat: &str) -> Option<(f64, f64)> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).map(seconds);
    Some((fields.next()??, fields.next()??))
}

/// Busy and stolen seconds of all cores.
fn machine() -> (f64, f64) {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    busy(&text).unwrap_or_default()
}

/// In the order of the kernel: user nice system idle iowait irq softirq steal.
fn busy(stat: &str) -> Option<(f64, f64)> {
    let fields: Option<Vec<f64>> = stat.lines().next()?.split_whitespace().skip(1).map(seconds).collect();
    let fields = fields?;
    let [user, nice, system, _, _, irq, softirq, stolen] = *fields.first_chunk()?;
    Some((user + nice + system + irq + softirq, stolen))
}

fn seconds(ticks: &str) -> Option<f64> {
    Some(ticks.parse::<f64>().ok()? / rustix::param::clock_ticks_per_second() as f64)
}

/// How long a thread has run.
fn nanoseconds(task: &Path) -> f64 {
    let text = fs::read_to_string(task.join("schedstat")).unwrap_or_default();
    text.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(0.0)
}

fn status(folder: &Path, key: &str) -> Option<f64> {
    let text = fs::read_to_string(folder.join("status")).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    value.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_behind_any_name() {
        let stat = "7 (a) b) R 1 1 1 0 -1 0 1 0 0 0 300 200 0 0";
        let tick = 1.0 / rustix::param::clock_ticks_per_second() as f64;
        let (user, system) = times(stat).unwrap();
        assert!((user - 300.0 * tick).abs() < 1e-9 && (system - 200.0 * tick).abs() < 1e-9);
        let (machine, stolen) = busy("cpu  1 2 3 100 100 4 5 6 0 0\n").unwrap();
        assert!((machine - 15.0 * tick).abs() < 1e-9 && (stolen - 6.0 * tick).abs() < 1e-9);
    }

    #[test]
    fn this_process_can_be_read() {
        let pid = std::process::id();
        assert!(resident(pid).unwrap() > 0.0);
        let before = Sample::now(Some(pid));
        let until = std::time::Instant::now() + std::time::Duration::from_millis(50);
        while std::time::Instant::now() < until {
            std::hint::spin_loop();
        }
        let between = Sample::now(Some(pid)) - before;
        assert!(between.server.running > 0.0 && between.machine >= 0.0);
    }

    #[test]
    fn a_process_that_is_not_there_is_nothing() {
        assert!(resident(u32::MAX).is_none());
        assert!(Server::now(u32::MAX).cpu().abs() < 1e-9);
    }
}

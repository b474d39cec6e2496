//! Reads what the kernel knows about the servers, this program and the machine at one moment
//! (Linux: `/proc`).

use std::fs;
use std::io;
use std::ops::{Add, Sub};
use std::path::{Path, PathBuf};

use rustix::time::{ClockId, clock_gettime};

/// The values of one moment, or, as a difference of two, of the time between them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sample {
    pub(crate) server: Server,
    /// CPU seconds of this program, to the nanosecond.
    pub(crate) generator: f64,
    /// CPU seconds of everything on this machine, in ticks of the kernel, usually 10 ms.
    pub(crate) machine: f64,
    /// CPU seconds that a hypervisor gave to other machines.
    pub(crate) stolen: f64,
}

/// The values of all threads of the servers together.
#[derive(Clone, Copy, Default)]
pub(crate) struct Server {
    /// CPU seconds in ticks of the kernel, usually 10 ms.
    pub(crate) user: f64,
    pub(crate) system: f64,
    /// CPU seconds of the threads that exist, exact to the nanosecond.
    pub(crate) running: f64,
    pub(crate) switches: f64,
}

impl Sample {
    /// Reads all values. Without a server its values are 0. A server that cannot be read is an
    /// error.
    pub(crate) fn now(servers: &[u32]) -> io::Result<Self> {
        let own = clock_gettime(ClockId::ProcessCPUTime);
        let (machine, stolen) = read(Path::new("/proc/stat"), busy)?;
        let add = |sum: Server, pid: &u32| Ok::<_, io::Error>(sum + Server::now(*pid)?);
        let server = servers.iter().try_fold(Server::default(), add)?;
        Ok(Self { server, generator: own.tv_sec as f64 + own.tv_nsec as f64 / 1e9, machine, stolen })
    }

    /// CPU seconds of other programs. The error is a few ticks, so the value is of no use for less
    /// than a second.
    pub(crate) fn others(&self) -> f64 {
        (self.machine - self.generator - self.server.user - self.server.system).max(0.0)
    }
}

impl Server {
    fn now(pid: u32) -> io::Result<Self> {
        Self::of(&folder(pid)).map_err(|error| {
            io::Error::new(error.kind(), format!("process {pid}, named by --pid, cannot be watched: {error}"))
        })
    }

    fn of(folder: &Path) -> io::Result<Self> {
        let (user, system) = read(&folder.join("stat"), times)?;
        let (mut running, mut switches) = (0.0, 0.0);
        for task in fs::read_dir(folder.join("task"))? {
            let task = task?.path();
            running += nanoseconds(&task) / 1e9;
            switches += ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"]
                .map(|key| status(&task, key).unwrap_or(0.0))
                .iter()
                .sum::<f64>();
        }
        Ok(Self { user, system, running, switches })
    }

    /// CPU seconds, as exact as possible: when a thread ends, its nanoseconds are lost.
    pub(crate) fn cpu(&self) -> f64 {
        let ticks = self.user + self.system;
        // Two roundings of a tick each, at the beginning and at the end.
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

impl Add for Server {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            user: self.user + other.user,
            system: self.system + other.system,
            running: self.running + other.running,
            switches: self.switches + other.switches,
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

/// Memory of all these processes in KiB; `None` if there are none, or if one cannot be read.
pub(crate) fn resident(pids: &[u32]) -> Option<f64> {
    let sizes = pids.iter().map(|pid| status(&folder(*pid), "VmRSS"));
    (!pids.is_empty()).then(|| sizes.sum::<Option<f64>>()).flatten()
}

fn folder(pid: u32) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}"))
}

/// Reads a file of the kernel, if its content is understood.
fn read<T>(file: &Path, meaning: impl Fn(&str) -> Option<T>) -> io::Result<T> {
    let wrong =
        |kind, why: &dyn std::fmt::Display| io::Error::new(kind, format!("{}: {why}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| wrong(error.kind(), &error))?;
    meaning(&text).ok_or_else(|| wrong(io::ErrorKind::InvalidData, &"not what Linux writes"))
}

/// User and system seconds of a process. The name of the program is in parentheses, and may contain
/// anything. The times are the 12th and 13th field after it.
fn times(stat: &str) -> Option<(f64, f64)> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).map(seconds);
    Some((fields.next()??, fields.next()??))
}

/// Busy and stolen seconds of all cores. The order of the kernel is: user nice system idle iowait
/// irq softirq steal.
fn busy(stat: &str) -> Option<(f64, f64)> {
    let fields: Option<Vec<f64>> = stat.lines().next()?.split_whitespace().skip(1).map(seconds).collect();
    let fields = fields?;
    let [user, nice, system, _, _, irq, softirq, stolen] = *fields.first_chunk()?;
    Some((user + nice + system + irq + softirq, stolen))
}

fn seconds(ticks: &str) -> Option<f64> {
    Some(ticks.parse::<f64>().ok()? / rustix::param::clock_ticks_per_second() as f64)
}

/// The CPU time of a thread, in nanoseconds; 0 if it has just ended.
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
        let resident = |pids: &[u32]| resident(pids).unwrap();
        assert!(resident(&[pid]) > 0.0 && resident(&[pid, pid]) > resident(&[pid]) * 1.5);
        let before = Sample::now(&[pid, pid]).unwrap();
        let until = std::time::Instant::now() + std::time::Duration::from_millis(50);
        while std::time::Instant::now() < until {
            std::hint::spin_loop();
        }
        let between = Sample::now(&[pid, pid]).unwrap() - before;
        assert!(between.server.running > 0.0 && between.machine >= 0.0 && between.generator > 0.0);
    }

    #[test]
    fn a_process_that_is_not_there_is_an_error() {
        assert!(resident(&[u32::MAX]).is_none() && resident(&[]).is_none());
        let error = Sample::now(&[u32::MAX]).err().unwrap();
        assert!(error.to_string().contains("named by --pid, cannot be watched: /proc/4294967295/stat"));
    }
}

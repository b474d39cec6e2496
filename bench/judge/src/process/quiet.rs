//! Measures what the proxy does while no client sends: nothing, except for pings.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use super::Running;
use crate::figure::Figure;

/// The channels of `tests/examples/idle.rs`, each with ten members.
const CHANNELS: usize = 500;
const PEERS: usize = 10;

/// Time after which a proxy has done everything that follows from a start or a join.
const SETTLING: Duration = Duration::from_secs(2);

/// Length of a look between two rounds of pings.
const SHORT: Duration = Duration::from_secs(10);

/// The ping interval, so that every connection gets one ping within it. The pings are not answered.
/// So this and everything before it must end before the proxy takes the silent clients for gone,
/// which is after 60 s.
const LONG: Duration = Duration::from_secs(30);

/// Length of a tick of the kernel. Linux reports times in hundredths of a second on all
/// architectures but Alpha.
const TICK: f64 = 0.01;

const ENDED: &str =
    "a thread of the proxy ended while it was watched, and took the count of its switches along";

/// CPU time and context switches, without connections and with thousands of them.
pub(crate) fn measure() -> Result<Vec<Figure>> {
    let proxy = Running::start()?;
    let mut figures = watch(&proxy, "nobody connected", SHORT, Some(0.0))?;
    let idle = join_all(&proxy)?;
    figures.extend(watch(&proxy, "5,000 idle, between pings", SHORT, Some(0.0))?);
    figures.extend(watch(&proxy, "5,000 idle, each pinged once", LONG, None)?);
    need_open(&proxy, idle.len())?;
    Ok(figures)
}

fn join_all(proxy: &Running) -> Result<Vec<TcpStream>> {
    rlimit::increase_nofile_limit(u64::MAX)?;
    (0..CHANNELS * PEERS).map(|number| proxy.join(&format!("channel-{}", number % CHANNELS))).collect()
}

/// Checks that the connections are open. A proxy that has closed some would be quiet for another
/// reason.
fn need_open(proxy: &Running, connections: usize) -> Result<()> {
    let open = fs::read_dir(format!("/proc/{}/fd", proxy.pid()))
        .context("this needs Linux, and root: a proxy is closed to other programs of its user")?
        .count();
    if open < connections {
        bail!("of {connections} connections the proxy has left {open} open at most");
    }
    Ok(())
}

fn watch(proxy: &Running, when: &str, time: Duration, reach: Option<f64>) -> Result<Vec<Figure>> {
    sleep(SETTLING);
    let before = Activity::of(proxy.pid())?;
    sleep(time);
    let after = Activity::of(proxy.pid())?;
    let (ticks, switches) = after.since(&before)?;
    let seconds = time.as_secs_f64();
    let details = Watched { ticks, switches, seconds };
    let share = Figure::new(format!("CPU, {when}"), ticks as f64 * TICK / seconds * 100.0, "%");
    let rate = Figure::new(format!("context switches, {when}"), switches as f64 / seconds, "/s");
    let judged = |figure: Figure| match reach {
        Some(reach) => figure.at_most(reach),
        None => figure,
    };
    Ok(vec![judged(share.details(&details)), judged(rate)])
}

/// The activity of the proxy while it was watched.
#[derive(Serialize)]
struct Watched {
    ticks: u64,
    switches: u64,
    seconds: f64,
}

/// The activity of a process since its start.
struct Activity {
    /// CPU ticks of all threads, including those that have ended.
    ticks: u64,
    /// Context switches of each thread that exists. The kernel gives no total.
    switches: HashMap<OsString, u64>,
}

impl Activity {
    fn of(pid: u32) -> Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).context("this needs Linux")?;
        let mut switches = HashMap::new();
        for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
            let thread = thread?;
            let status = fs::read_to_string(thread.path().join("status")).context(ENDED)?;
            switches.insert(thread.file_name(), self::switches(&status));
        }
        Ok(Self { ticks: ticks(&stat).context("no CPU times")?, switches })
    }

    /// Ticks and switches since `before`.
    fn since(&self, before: &Self) -> Result<(u64, u64)> {
        let ticks = self.ticks.checked_sub(before.ticks).context("CPU times went backwards")?;
        if before.switches.keys().any(|thread| !self.switches.contains_key(thread)) {
            bail!("{ENDED}");
        }
        let of = |thread: &OsString| before.switches.get(thread).copied().unwrap_or(0);
        let switches = self.switches.iter().map(|(thread, now)| now.checked_sub(of(thread)).context(ENDED));
        Ok((ticks, switches.sum::<Result<u64>>()?))
    }
}

/// `utime` and `stime`, fields 14 and 15 (proc_pid_stat(5)). The name before field 3 may contain
/// spaces.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut times = fields.split(' ').skip(11).map(|field| field.parse::<u64>().ok());
    Some(times.next()?? + times.next()??)
}

fn switches(status: &str) -> u64 {
    let counts = status.lines().filter_map(|line| line.split_once("ctxt_switches:"));
    counts.filter_map(|(_, count)| count.trim().parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_understood() {
        assert_eq!(ticks("7 (a b) c) S 1 7 7 0 -1 4194304 1 2 3 4 100 20 5 6 20 0"), Some(120));
        let status = "Threads:\t3\nvoluntary_ctxt_switches:\t40\nnonvoluntary_ctxt_switches:\t2\n";
        assert_eq!(switches(status), 42);
    }

    #[test]
    fn a_thread_that_ends_takes_its_count_along() {
        let activity = |ticks, switches: &[(&str, u64)]| {
            let switches = switches.iter().map(|(thread, count)| (OsString::from(thread), *count));
            Activity { ticks, switches: switches.collect() }
        };
        let before = activity(5, &[("1", 10), ("2", 20)]);
        let begun = activity(7, &[("1", 11), ("2", 20), ("3", 4)]);
        assert_eq!(begun.since(&before).unwrap(), (2, 5));
        let ended = activity(7, &[("1", 11), ("3", 40)]);
        assert!(ended.since(&before).unwrap_err().to_string().contains("ended while it was watched"));
    }
}

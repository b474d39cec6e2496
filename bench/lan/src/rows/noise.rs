//! Measures how much of a core other programs used.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};

/// Length of a tick of the kernel. Linux reports times in hundredths of a second on all
/// architectures but Alpha.
const TICK: f64 = 0.01;

/// The CPU time that had been used at the beginning.
pub(super) struct Noise {
    start: Instant,
    others: f64,
}

impl Noise {
    pub(super) fn listen() -> Result<Self> {
        Ok(Self { start: Instant::now(), others: others()? })
    }

    /// The share from the beginning until now. Programs that this one has started count as others
    /// until it has seen their end.
    pub(super) fn share(&self) -> Result<f64> {
        let share = (others()? - self.others) / self.start.elapsed().as_secs_f64();
        Ok((share * 1000.0).round().max(0.0) / 1000.0)
    }
}

/// CPU seconds of the machine, with those that a hypervisor took, less what this program and its
/// children had of them.
fn others() -> Result<f64> {
    let read = |file: &str| fs::read_to_string(Path::new("/proc").join(file)).context("this needs Linux");
    let busy = busy(&read("stat")?).context("/proc/stat is not what Linux writes")?;
    let own = own(&read("self/stat")?).context("/proc/self/stat is not what Linux writes")?;
    Ok((busy - own) * TICK)
}

/// All cores together, in the order of the kernel: user nice system idle iowait irq softirq steal.
fn busy(stat: &str) -> Option<f64> {
    let fields: Option<Vec<f64>> =
        stat.lines().next()?.split_whitespace().skip(1).map(|field| field.parse().ok()).collect();
    let fields = fields?;
    let [user, nice, system, _, _, irq, softirq, stolen] = *fields.first_chunk()?;
    Some(user + nice + system + irq + softirq + stolen)
}

/// `utime`, `stime`, `cutime` and `cstime`, fields 14 to 17 (proc_pid_stat(5)). The name before
/// field 3 may contain spaces.
fn own(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let times: Vec<f64> = fields.split(' ').skip(11).map_while(|field| field.parse().ok()).collect();
    Some(times.first_chunk::<4>()?.iter().sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_is_understood() {
        assert_eq!(busy("cpu  1 2 3 100 100 4 5 6 0 0\ncpu0 7\n"), Some(21.0));
        assert_eq!(busy("cpu  1 2 3\n"), None);
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 1 2 3 4 100 20 5 6 20 0";
        assert_eq!(own(stat), Some(131.0));
        assert_eq!(own("7 (a) S 1"), None);
    }
}

//! Judges how busy the machine is with other programs.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nws_report::load::Report;

/// Time of one look. It is long enough that a tick of the kernel, 10 ms, is a small share of it.
const LOOK: Duration = Duration::from_millis(500);
/// How long to wait for a quiet machine at most. A run that starts anyway is marked.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// A shorter run, in seconds, cannot be judged: what others use is a difference of times in ticks,
/// with an error of some 40 ms. It has to be enough that the run began on a quiet machine.
const SHORTEST: f64 = 1.0;
/// The kernel's unit of time in /proc/stat.
const TICKS_PER_SECOND: f64 = 100.0;

/// Waits until other programs use less than this share of a core, or until `patience` is over.
pub(crate) fn wait_for_quiet(limit: f64, patience: Duration) {
    let end = Instant::now() + patience;
    while Instant::now() < end && share_in_use() >= limit {}
}

/// The share of a core that other programs used while a run was measured, from its report; `None`
/// for a run that was too short to tell.
pub(crate) fn share_of_others(report: &Report) -> Option<f64> {
    let Report { measured_s: seconds, ref cpu, .. } = *report;
    (seconds >= SHORTEST).then(|| (cpu.others_s + cpu.stolen_s) / seconds)
}

fn share_in_use() -> f64 {
    let (before, at) = (busy_ticks(), Instant::now());
    sleep(LOOK);
    (busy_ticks() - before) / TICKS_PER_SECOND / at.elapsed().as_secs_f64()
}

/// Ticks of user, nice, system, irq, softirq and steal of all cores; 0 if the file does not exist.
fn busy_ticks() -> f64 {
    let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
    let fields = stat.lines().next().unwrap_or_default().split_whitespace().skip(1);
    let ticks: Vec<f64> = fields.filter_map(|field| field.parse().ok()).collect();
    [0, 1, 2, 5, 6, 7].iter().filter_map(|at| ticks.get(*at)).sum()
}

#[cfg(test)]
mod tests {
    use nws_report::load::Cpu;

    use super::super::sample;
    use super::*;

    #[test]
    fn noise_is_not_judged_by_a_few_ticks() {
        let cpu = Cpu { others_s: 0.3, stolen_s: 0.1, ..Cpu::default() };
        let report = |seconds| Report { measured_s: seconds, cpu: cpu.clone(), ..sample::report() };
        assert_eq!(share_of_others(&report(0.1)), None);
        assert_eq!(share_of_others(&report(4.0)), Some(0.1));
    }
}

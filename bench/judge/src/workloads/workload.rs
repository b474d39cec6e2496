//! The loads with which servers are compared, and the goals for each.

use super::goal::{Goal, Rival};
use crate::load::metric::Metric;

/// One kind of load, known by its name.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    /// A description for readers.
    pub(crate) what: &'static str,
    /// The arguments of the load generator, without the length of a run.
    pub(crate) words: &'static str,
    /// Its payloads are binary, which only nws supports.
    pub(crate) is_binary: bool,
    pub(crate) goals: &'static [Goal],
}

/// With one frame at a time under way, system calls dominate, and no server can be much better than
/// another.
const EVEN: &[Goal] = &[
    Goal::at_most(Metric::Cpu, Rival::Bun, 1.0),
    Goal::at_most(Metric::Cpu, Rival::Floor, 1.25),
    Goal::at_most(Metric::P50, Rival::Bun, 1.05),
    Goal::at_most(Metric::P99, Rival::Bun, 1.05),
];
const BULK: &[Goal] =
    &[Goal::at_most(Metric::Cpu, Rival::Bun, 0.8), Goal::at_least(Metric::Rate, Rival::Bun, 1.25)];

pub(crate) const ALL: &[Workload] = &[
    text("b10w1", "1 channel of 10, 1 sender, 1 under way", "burst --peers 10", EVEN),
    text(
        "b10w8",
        "1 channel of 10, 2 senders, 8 under way",
        "burst --peers 10 --senders 2 --window 8",
        &[Goal::at_most(Metric::Cpu, Rival::Bun, 0.8), Goal::at_least(Metric::Rate, Rival::Bun, 1.1)],
    ),
    text(
        "b10w32",
        "1 channel of 10, 5 senders, 32 under way",
        "burst --peers 10 --senders 5 --window 32",
        &[Goal::at_most(Metric::Cpu, Rival::Bun, 0.5), Goal::at_least(Metric::Rate, Rival::Bun, 1.5)],
    ),
    text(
        "b100",
        "1 channel of 100, 10 senders, 8 under way",
        "burst --peers 100 --senders 10 --window 8",
        &[Goal::at_most(Metric::Cpu, Rival::Bun, 0.8), Goal::at_least(Metric::Rate, Rival::Bun, 1.2)],
    ),
    text(
        "b100ch",
        "100 channels of 10, 1 sender each, 4 under way",
        "burst --channels 100 --peers 10 --window 4",
        &[Goal::at_most(Metric::Cpu, Rival::Bun, 0.9), Goal::at_least(Metric::Rate, Rival::Bun, 1.1)],
    ),
    text(
        "b10_4k",
        "1 channel of 10, 5 senders, 8 under way, 4,096 bytes",
        "burst --peers 10 --senders 5 --window 8 --bytes 4096",
        BULK,
    ),
    text(
        "b10_64k",
        "1 channel of 10, 5 senders, 8 under way, 65,000 bytes",
        "burst --peers 10 --senders 5 --window 8 --bytes 65000",
        BULK,
    ),
    text(
        "rate2k",
        "10 channels of 10, 2,000 a second in all",
        "rate --channels 10 --peers 10 --rate 200",
        EVEN,
    ),
    text(
        "rate20k",
        "100 channels of 10, 20,000 a second in all",
        "rate --channels 100 --peers 10 --rate 200",
        EVEN,
    ),
    text("ping1", "direct round trips, 1 pair", "ping --peers 2", EVEN),
    text("ping50", "direct round trips, 50 pairs", "ping --channels 50 --peers 2", EVEN),
    binary("b10w8_bin", "b10w8, binary", "burst --peers 10 --senders 2 --window 8", &[own("b10w8")]),
    binary("b10w32_bin", "b10w32, binary", "burst --peers 10 --senders 5 --window 32", &[own("b10w32")]),
    binary(
        "b10_4k_bin",
        "b10_4k, binary",
        "burst --peers 10 --senders 5 --window 8 --bytes 4096",
        &[own("b10_4k")],
    ),
    binary(
        "b10_64k_bin",
        "b10_64k, binary",
        "burst --peers 10 --senders 5 --window 8 --bytes 65000",
        &[own("b10_64k")],
    ),
    text(
        "storm100x10",
        "1,000 join 100 channels",
        "storm --channels 100 --peers 10",
        &[Goal::at_most(Metric::Setup, Rival::Bun, 0.8)],
    ),
    text(
        "storm1x300",
        "300 join one channel",
        "storm --peers 300",
        &[Goal::at_most(Metric::Setup, Rival::Bun, 0.3)],
    ),
    text(
        "idle5000",
        "5,000 idle in 500 channels",
        "idle --channels 500 --peers 10",
        // KiB, without a rival: memory is a promise on its own.
        &[Goal::at_most(Metric::Memory, Rival::Absolute, 4.0)],
    ),
];

impl Workload {
    /// Gives whether it measures joining, or its consequences.
    pub(crate) fn is_about_joining(&self) -> bool {
        self.words.starts_with("storm") || self.words.starts_with("idle")
    }
}

const fn text(
    name: &'static str,
    what: &'static str,
    words: &'static str,
    goals: &'static [Goal],
) -> Workload {
    Workload { name, what, words, is_binary: false, goals }
}

const fn binary(
    name: &'static str,
    what: &'static str,
    words: &'static str,
    goals: &'static [Goal],
) -> Workload {
    Workload { name, what, words, is_binary: true, goals }
}

/// A binary payload must cost no more than a text.
const fn own(text: &'static str) -> Goal {
    Goal::at_most(Metric::Cpu, Rival::OwnText(text), 1.0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique() {
        let names: HashSet<_> = ALL.iter().map(|workload| workload.name).collect();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn binary_is_the_same_load_as_the_text_that_it_is_compared_with() {
        for workload in ALL {
            for goal in workload.goals {
                if let Rival::OwnText(name) = goal.rival {
                    let text = ALL.iter().find(|other| other.name == name);
                    assert_eq!(text.map(|text| (text.words, text.is_binary)), Some((workload.words, false)));
                }
            }
        }
    }
}

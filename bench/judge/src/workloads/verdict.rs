//! Compares what was measured with the goals.

use serde::Serialize;

use super::goal::{Bound, Goal, Rival};
use super::outcome::Outcome;
use super::summary::Summary;
use crate::figure::Figure;
use crate::load::server::Server;

/// The verdicts on all goals whose two sides were run.
#[derive(Default)]
pub(super) struct Verdicts {
    pub(super) figures: Vec<Figure>,
    /// Goals that the runs cannot decide, each with the reason.
    pub(super) unjudged: Vec<String>,
}

impl Verdicts {
    pub(super) fn of(outcomes: &[Outcome]) -> Self {
        let mut verdicts = Self::default();
        for outcome in outcomes {
            for goal in outcome.workload.goals {
                match figure(outcomes, outcome, goal) {
                    Some(Ok(figure)) => verdicts.figures.push(figure),
                    Some(Err(why)) => verdicts.unjudged.push(format!("{}: {why}", title(outcome, goal))),
                    None => {}
                }
            }
        }
        verdicts
    }
}

/// The two summaries that a verdict compares.
#[derive(Serialize)]
struct Sides<'a> {
    nws: &'a Summary,
    rival: Option<&'a Summary>,
}

/// Gives a figure, or `None` if a side was not to be run.
fn figure(outcomes: &[Outcome], outcome: &Outcome, goal: &Goal) -> Option<Result<Figure, String>> {
    let ours = outcome.of(Server::Nws)?;
    let rival = match goal.rival {
        Rival::Bun => Some(outcome.of(Server::Bun)?),
        Rival::Floor => Some(outcome.of(Server::Floor)?),
        Rival::OwnText(name) => {
            Some(outcomes.iter().find(|other| other.workload.name == name)?.of(Server::Nws)?)
        }
        Rival::Absolute => None,
    };
    let value = goal.figure(ours, rival);
    Some(value.map(|value| verdict(title(outcome, goal), value, goal, ours, rival)))
}

fn verdict(title: String, value: f64, goal: &Goal, ours: &Summary, rival: Option<&Summary>) -> Figure {
    let unit = if rival.is_none() { "KiB" } else { "×" };
    let figure = Figure::new(title, value, unit).note(note(goal, ours, rival));
    let figure = figure.details(&Sides { nws: ours, rival });
    match goal.bound {
        Bound::AtMost(bound) => figure.at_most(bound),
        Bound::AtLeast(bound) => figure.at_least(bound),
    }
}

/// Says how far the medians can be trusted.
fn note(goal: &Goal, ours: &Summary, rival: Option<&Summary>) -> String {
    let quiet = |summary: &Summary| match summary.too_short {
        true => "too short to tell noise".to_owned(),
        false => format!("{} of {} quiet", summary.quiet, summary.good),
    };
    let rival_quiet = rival.map(|rival| format!("; {}: {}", goal.rival.name(), quiet(rival)));
    let mut bound = [Some(ours), rival].into_iter().flatten().flat_map(|summary| &summary.generator_bound);
    let bound = if bound.any(|how| how.touches(goal.metric)) { "; generator-bound" } else { "" };
    format!("{}{}{bound}", quiet(ours), rival_quiet.unwrap_or_default())
}

fn title(outcome: &Outcome, goal: &Goal) -> String {
    format!("{}, {}", outcome.workload.name, goal.title())
}

#[cfg(test)]
mod tests {
    use nws_report::load::{Cpu, Report};
    use serde_json::{Value, json};

    use super::super::workload::ALL;
    use super::*;
    use crate::load::run::Run;
    use crate::load::sample;

    const STORM: &str = "storm1x300";

    fn run(ok: bool, noisy: bool, seconds: f64) -> Run {
        let cpu = Cpu { generator_s: if noisy { seconds } else { 0.0 }, ..Cpu::default() };
        let report = Report { ok, setup_s: Some(seconds), measured_s: seconds, cpu, ..sample::report() };
        Run { noisy: Some(noisy), ..Run::new(STORM, Server::Nws, report, 0.07) }
    }

    fn verdicts(ours: &[Run], bun: &[Run]) -> Verdicts {
        let workload = ALL.iter().find(|workload| workload.name == STORM).unwrap();
        let summary = |runs: &[Run]| Summary::of_runs(&runs.iter().collect::<Vec<_>>());
        let servers = vec![(Server::Nws, summary(ours)), (Server::Bun, summary(bun))];
        Verdicts::of(&[Outcome { workload, servers }])
    }

    #[test]
    fn a_verdict_says_how_many_runs_were_quiet() {
        let verdicts = verdicts(&[run(true, false, 1.0), run(true, true, 9.0)], &[run(true, true, 4.0)]);
        assert!(verdicts.unjudged.is_empty());
        let table = crate::figure::table(&verdicts.figures);
        let words = "0.25 ×  at most 0.30 ×: reached (1 of 2 quiet; Bun: 0 of 1 quiet; generator-bound)";
        assert!(table.ends_with(words), "{table}");
        assert_eq!(json!(verdicts.figures[0])["details"]["nws"]["quiet"], 1);
    }

    #[test]
    fn what_is_too_short_is_not_called_quiet() {
        let run = |seconds: f64| Run { noisy: None, ..run(true, false, seconds) };
        let verdicts = verdicts(&[run(0.1)], &[run(0.4)]);
        let table = crate::figure::table(&verdicts.figures);
        assert!(table.ends_with("(too short to tell noise; Bun: too short to tell noise)"), "{table}");
        assert_eq!(json!(verdicts.figures[0])["details"]["nws"]["quiet"], Value::Null);
    }

    #[test]
    fn a_rival_that_fails_leaves_a_goal_unjudged() {
        let verdicts = verdicts(&[run(true, false, 1.0)], &[run(false, false, 4.0)]);
        assert!(verdicts.figures.is_empty());
        assert_eq!(verdicts.unjudged, ["storm1x300, set-up by Bun: of Bun 0 of 1 runs were good"]);
    }
}

//! Formats the results of cells as text.

use super::outcome::{METRICS, Outcome};
use super::ratio::Ratio;
use crate::load::server::Server;
use crate::table::number;

/// One line, printed when a cell has been measured.
pub(super) fn line(outcome: &Outcome) -> String {
    let of_rival = |rival: Server| {
        let ratios = METRICS.map(|metric| {
            outcome.ratio(rival, metric).map(|ratio| format!("{} {}", metric.title(), words(ratio)))
        });
        let ratios: Vec<String> = ratios.into_iter().flatten().collect();
        (!ratios.is_empty()).then(|| format!("by {}: {}", rival.name(), ratios.join(", ")))
    };
    let marks = [
        outcome.is_noisy.then(|| "noisy".to_owned()),
        outcome.is_generator_bound.then(|| "generator-bound".to_owned()),
    ];
    let faults = outcome.faults.iter().map(|fault| format!("{}: {}", fault.server.name(), fault.words));
    let parts = Server::ALL.into_iter().filter_map(of_rival).chain(marks.into_iter().flatten()).chain(faults);
    format!("{:40}  {}", outcome.name, parts.collect::<Vec<_>>().join("; "))
}

/// The worst cells, each with the functions of nws that take the most time.
pub(super) fn worst(outcomes: &[Outcome], worst: &[usize]) -> String {
    let of = |at: &usize| {
        let outcome = &outcomes[*at];
        let cost = outcome.cpu_s_per_million;
        let cost = cost.map_or_else(String::new, |cost| format!("    {} CPU-s per million\n", number(cost)));
        let profile = outcome.profile.iter().map(|line| format!("    {line}\n"));
        format!("  {}\n{cost}{}", line(outcome), profile.collect::<String>())
    };
    format!("the {} worst:\n{}", worst.len(), worst.iter().map(of).collect::<String>())
}

/// What was not compared, and why.
pub(super) fn left_out(outcomes: &[Outcome]) -> Option<String> {
    let faults = outcomes.iter().flat_map(|outcome| outcome.faults.iter().map(move |fault| (outcome, fault)));
    let lines: String = faults
        .map(|(outcome, fault)| format!("  {}, {}: {}\n", outcome.name, fault.server.name(), fault.words))
        .collect();
    (!lines.is_empty()).then(|| format!("not compared, as the server did wrong:\n{lines}"))
}

fn words(ratio: Ratio) -> String {
    match ratio.interval {
        Some([low, high]) => format!("× {:.2} ({low:.2} to {high:.2})", ratio.value),
        None => format!("× {:.2}", ratio.value),
    }
}

#[cfg(test)]
mod tests {
    use super::super::outcome::Fault;
    use super::super::outcome::tests::by_bun;
    use super::*;

    #[test]
    fn a_line_tells_ratios_and_marks() {
        let outcome = Outcome { is_noisy: true, name: "cell".to_owned(), ..by_bun(0.5, 2.0) };
        assert!(line(&outcome).ends_with("  by bun: CPU × 0.50, rate × 2.00; noisy"), "{}", line(&outcome));
        assert_eq!(words(Ratio { value: 1.0, interval: Some([0.9, 1.11]) }), "× 1.00 (0.90 to 1.11)");
    }

    #[test]
    fn the_worst_have_profiles() {
        let profile = vec!["41.02%  [k] copy".to_owned()];
        let outcomes = [by_bun(0.5, 2.0), Outcome { profile, ..by_bun(1.5, 1.0) }];
        let text = worst(&outcomes, &[1]);
        assert!(text.starts_with("the 1 worst:\n") && text.ends_with("    41.02%  [k] copy\n"), "{text}");
    }

    #[test]
    fn faults_are_listed() {
        assert_eq!(left_out(&[by_bun(0.5, 2.0)]), None);
        let faults = vec![Fault { server: Server::Bun, words: "2 lost".to_owned() }];
        let text = left_out(&[Outcome { name: "cell".to_owned(), faults, ..by_bun(0.5, 2.0) }]);
        assert!(text.unwrap().ends_with("  cell, bun: 2 lost\n"));
    }
}

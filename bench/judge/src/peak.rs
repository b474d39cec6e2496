//! Measures what stays of a peak of memory, by the example `peak` of nws-tests.

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use nws_report::native::{Peak, PeakOf};
use nws_tools::Step;

use crate::choice;
use crate::figure::Figure;
use crate::native;
use crate::table::{align, number};

/// MiB that may stay: tables, pools, and free memory between pieces that are in use.
const STAYS_MAX: f64 = 16.0;

/// Selects peaks.
#[derive(clap::Args)]
#[group(id = "peak-options")]
pub(crate) struct Options {
    /// Only these peaks of `peak`, with commas between them.
    #[arg(long, value_parser = by_name(), value_delimiter = ',')]
    peaks: Vec<PeakOf>,
}

/// Each peak has a proxy of its own. When one fails, the others are still shown.
pub(super) fn measure(options: &Options) -> Result<Vec<Figure>> {
    let all = if options.peaks.is_empty() { PeakOf::value_variants() } else { &options.peaks };
    let (mut peaks, mut failed) = (Vec::new(), Vec::new());
    for of in all {
        let name = choice::name(*of);
        println!("peak: {name}");
        match native::run("peak", &[&name], Step::cargo) {
            Ok(peak) => peaks.push((name, peak)),
            Err(error) => failed.push(format!("{name}: {error:#}")),
        }
    }
    println!("\n{}", table(&peaks));
    if !failed.is_empty() {
        bail!("{}", failed.join("\n       "));
    }
    peaks.iter().map(|(name, peak)| figure(name, peak)).collect()
}

fn figure(name: &str, peak: &Peak) -> Result<Figure> {
    let last = peak.after.last().context("nobody looked after the peak")?;
    let what = format!("memory that stays {} s after the peak {name}", last.seconds);
    Ok(Figure::new(what, last.mib - peak.before_mib, "MiB").at_most(STAYS_MAX).details(peak))
}

/// MiB before, at most and after.
fn table(peaks: &[(String, Peak)]) -> String {
    let looks = peaks.first().map_or(&[][..], |(_, peak)| &peak.after);
    let head = ["MiB", "before", "most"].map(str::to_owned).into_iter();
    let head = head.chain(looks.iter().map(|look| format!("{} s", look.seconds))).collect();
    let rows = peaks.iter().map(|(name, peak)| {
        let values = [peak.before_mib, peak.most_mib].into_iter();
        let values = values.chain(peak.after.iter().map(|look| look.mib));
        [name.clone()].into_iter().chain(values.map(number)).collect()
    });
    align(&[head].into_iter().chain(rows).collect::<Vec<_>>())
}

fn by_name() -> impl TypedValueParser<Value = PeakOf> {
    let names = PeakOf::value_variants().iter().map(|of| choice::name(*of));
    PossibleValuesParser::new(names).try_map(|name| PeakOf::from_str(&name, false))
}

#[cfg(test)]
mod tests {
    use nws_report::native::Remains;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stays_is_judged_last() {
        let after = [(1, 80.0), (10, 20.0)].map(|(seconds, mib)| Remains { seconds, mib });
        let peak = Peak { before_mib: 8.0, most_mib: 100.0, after: after.to_vec() };
        let judged = json!(figure("links", &peak).unwrap());
        assert_eq!((&judged["measured"], &judged["reached"]), (&json!(12.0), &json!(true)));
        assert!(table(&[("links".to_owned(), peak)]).ends_with("links    8.00   100  80.0  20.0\n"));
        let empty = Peak { before_mib: 8.0, most_mib: 9.0, after: Vec::new() };
        assert!(figure("links", &empty).is_err());
    }
}

//! `nws doctor`: prints what an examination finds.

use nws_proxy::{Answer, Check};
use serde_json::json;

use super::colors::Colors;
use super::report::Report;
use super::stop::Stop;
use crate::cli::Examination;

/// Examines, and fails if something is wrong.
pub(super) async fn run(examination: &Examination, report: &Report) -> Result<(), Stop> {
    let Examination { config, pages, .. } = examination;
    let examined = nws_proxy::examine(config, pages).await;
    let checks = examined.map_err(|error| Stop::failed(format!("{:#}", anyhow::Error::from(error))))?;
    for check in &checks {
        tell(check, report).await?;
    }
    let faults: Vec<String> = checks.iter().filter(|check| check.fault).map(name).collect();
    let found = match faults.len() {
        0 if report.is_json => return Ok(()),
        0 => return report.output.write(format!("\n{}\n", report.colors().good("no fault was found"))).await,
        1 => format!("one fault: {}", faults[0]),
        count => format!("{count} faults: {}", faults.join(", ")),
    };
    Err(Stop::failed(found))
}

async fn tell(check: &Check, report: &Report) -> Result<(), Stop> {
    if report.is_json {
        return report.object("check", json!(check)).await;
    }
    let text = check.to_string();
    let (answer, rest) = text.split_once(' ').unwrap_or((&text, ""));
    report.output.write(format!("{} {rest}\n", colored(check, answer, report.colors()))).await
}

fn colored(check: &Check, answer: &str, colors: Colors) -> String {
    match check.answer {
        Answer::Yes => colors.good(answer),
        Answer::No if check.fault => colors.bad(answer),
        Answer::No => answer.to_owned(),
        Answer::Unknown => colors.doubtful(answer),
    }
}

fn name(check: &Check) -> String {
    let subject = check.subject.as_ref();
    subject.map_or_else(|| check.check.to_owned(), |subject| format!("{} {subject}", check.check))
}

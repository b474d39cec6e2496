//! `nws doctor`: prints what an examination finds.

use nws_proxy::{Answer, Check};
use serde_json::json;
use tokio::sync::mpsc;

use super::colors::Colors;
use super::report::Report;
use super::stop::Stop;
use crate::cli::Examination;

/// Checks that may wait to be printed.
const WAITING: usize = 16;

/// Examines, prints each check when it is known, and fails if something is wrong.
pub(super) async fn run(examination: &Examination, report: &Report) -> Result<(), Stop> {
    let Examination { config, pages, .. } = examination;
    if report.is_terminal() {
        report.say("asking this machine and its network: that takes up to ten seconds");
    }
    let (checks, known) = mpsc::channel(WAITING);
    let examining = async {
        let examined = nws_proxy::examine(config, pages, &checks).await;
        drop(checks);
        examined.map_err(|error| Stop::failed(format!("{:#}", anyhow::Error::from(error))))
    };
    let (examined, told) = tokio::join!(examining, tell_all(known, report));
    examined?;
    let faults = told?;
    let found = match faults.len() {
        0 if report.is_json => return Ok(()),
        0 => return report.output.write(format!("\n{}\n", report.colors().good("no fault was found"))).await,
        1 => format!("one fault: {}", faults[0]),
        count => format!("{count} faults: {}", faults.join(", ")),
    };
    Err(Stop::failed(found))
}

/// Prints them as they come, and gives the names of the faults.
async fn tell_all(mut known: mpsc::Receiver<Check>, report: &Report) -> Result<Vec<String>, Stop> {
    let mut faults = Vec::new();
    while let Some(check) = known.recv().await {
        tell(&check, report).await?;
        faults.extend(check.fault.then(|| name(&check)));
    }
    Ok(faults)
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

//! `nws peers`: the addresses of other proxies, which the proxy of this machine remembers.

mod text;

use std::time::Duration;

use clap::{Args, Subcommand};
use nws_proxy::PeerAddress;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::ask::{Asked, ProxyArgs};
use super::report::{Report, ReportArgs};
use super::stop::{Status, Stop};

/// Time between two looks at what becomes of an address.
const PERIOD: Duration = Duration::from_millis(250);

/// Remember the addresses of proxies that mDNS does not find
#[derive(Debug, Subcommand)]
pub(crate) enum PeersTask {
    /// Keep connected to the proxies at these addresses, from now on and after each start
    #[command(after_help = help())]
    Add(Add),
    /// Tell all addresses, those of --peer too, and whether they are linked
    #[command(after_help = help())]
    List(List),
    /// Forget addresses: the links that were made for them end
    #[command(after_help = help())]
    Remove(Remove),
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// The addresses, such as nas.example:9010 or [fd00::7]:9010
    #[arg(required = true, value_name = "HOST:PORT")]
    addresses: Vec<PeerAddress>,
    /// Wait so long for the links, and tell what became of them
    #[arg(long, value_name = "SECONDS", value_parser = super::seconds, default_value = "5")]
    wait: Duration,
    #[command(flatten)]
    proxy: ProxyArgs,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    proxy: ProxyArgs,
    #[command(flatten)]
    report: ReportArgs,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// The addresses, as `nws peers list` tells them
    #[arg(required = true, value_name = "HOST:PORT")]
    addresses: Vec<PeerAddress>,
    #[command(flatten)]
    proxy: ProxyArgs,
    #[command(flatten)]
    report: ReportArgs,
}

const EXAMPLES: &str = "\
Examples:
  nws peers add nas.example:9010     a proxy in another network
  nws peers list                     which are linked, and why others are not
  nws peers remove nas.example:9010  forget it";

/// The end of the help.
pub(super) fn help() -> String {
    format!("{EXAMPLES}\n\n{}", super::STATUSES)
}

impl PeersTask {
    pub(super) const fn report(&self) -> &ReportArgs {
        match self {
            Self::Add(task) => &task.report,
            Self::List(task) => &task.report,
            Self::Remove(task) => &task.report,
        }
    }

    pub(super) async fn run(&self, report: &Report) -> Result<(), Stop> {
        match self {
            Self::Add(task) => task.run(report).await,
            Self::List(task) => task.run(report).await,
            Self::Remove(task) => task.run(report).await,
        }
    }
}

impl Add {
    async fn run(&self, report: &Report) -> Result<(), Stop> {
        let asked = Asked::of(&self.proxy);
        let changes = change(&asked, "addresses/add", &self.addresses).await?;
        let added: Vec<&str> =
            changes.iter().filter_map(|it| Some(it.done.as_ref().ok()?.address())).collect();
        let rows = if added.is_empty() { Vec::new() } else { settled(&asked, &added, self.wait).await? };
        for change in &changes {
            let row = change.done.as_ref().ok().and_then(|done| row_of(&rows, done.address()));
            change.tell(row, report).await?;
        }
        conclude(&changes)
    }
}

impl Remove {
    async fn run(&self, report: &Report) -> Result<(), Stop> {
        let asked = Asked::of(&self.proxy);
        let changes = change(&asked, "addresses/remove", &self.addresses).await?;
        for change in &changes {
            change.tell(None, report).await?;
        }
        conclude(&changes)
    }
}

impl List {
    async fn run(&self, report: &Report) -> Result<(), Stop> {
        let asked = Asked::of(&self.proxy);
        if asked.get("proxy").await?["has_names"] != true {
            return Err(asked.no_token());
        }
        let list = asked.get("addresses").await?;
        report.object("addresses", list.clone()).await?;
        if report.is_json {
            return Ok(());
        }
        report.output.write(text::list(&list, report.colors())).await
    }
}

/// What became of one address.
struct Change {
    address: String,
    done: Result<Done, (Status, String)>,
}

/// What a proxy says that did it.
struct Done(Value);

impl Done {
    /// The address as the proxy writes it.
    fn address(&self) -> &str {
        self.0["address"].as_str().unwrap_or_default()
    }

    fn outcome(&self) -> &str {
        self.0["outcome"].as_str().unwrap_or_default()
    }
}

/// Asks for the same with each address, whatever comes of the others.
async fn change(asked: &Asked, path: &str, addresses: &[PeerAddress]) -> Result<Vec<Change>, Stop> {
    let mut changes = Vec::with_capacity(addresses.len());
    for address in addresses {
        let address = address.to_string();
        let done = asked.change(path, &json!({ "address": address })).await?;
        changes.push(Change { address, done: done.map(Done) });
    }
    Ok(changes)
}

impl Change {
    async fn tell(&self, row: Option<&Value>, report: &Report) -> Result<(), Stop> {
        let (outcome, reason) = match &self.done {
            Ok(done) => (done.outcome(), None),
            Err((_, reason)) => ("refused", Some(reason)),
        };
        let mut members = json!({ "address": self.address, "outcome": outcome });
        if let Some(reason) = reason {
            members["reason"] = reason.as_str().into();
        }
        if let Some(row) = row {
            members["row"] = row.clone();
        }
        report.object("address", members).await?;
        match &self.done {
            Ok(done) if !report.is_json => {
                let sentence = text::of(&done.0, row, report.colors());
                report.output.write(format!("{}: {sentence}\n", self.address)).await
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// The exit status and the reason, where it was not done.
    fn fault(&self) -> Option<(Status, String)> {
        match &self.done {
            Err((status, reason)) => Some((*status, format!("{}: {reason}", self.address))),
            Ok(done) if done.outcome() == "unknown" => {
                Some((Status::Failed, format!("{}: it was not among the addresses", self.address)))
            }
            Ok(_) => None,
        }
    }
}

/// The end of a command: the status of the first that was not done, and the reasons of all.
fn conclude(changes: &[Change]) -> Result<(), Stop> {
    let faults: Vec<_> = changes.iter().filter_map(Change::fault).collect();
    let Some((status, _)) = faults.first() else { return Ok(()) };
    let reasons: Vec<&str> = faults.iter().map(|(_, reason)| reason.as_str()).collect();
    Err(Stop::Failure(*status, reasons.join("; ")))
}

/// The rows, as soon as it is known what becomes of these addresses, or when the time is up.
async fn settled(asked: &Asked, addresses: &[&str], wait: Duration) -> Result<Vec<Value>, Stop> {
    let until = Instant::now().checked_add(wait);
    loop {
        let list = asked.get("addresses").await?;
        let rows: Vec<Value> = list["rows"].as_array().cloned().unwrap_or_default();
        let are_settled = addresses.iter().all(|it| row_of(&rows, it).is_none_or(is_settled));
        let now = Instant::now();
        if are_settled || until.is_some_and(|until| until <= now) {
            return Ok(rows);
        }
        sleep(until.map_or(PERIOD, |until| PERIOD.min(until - now))).await;
    }
}

fn row_of<'a>(rows: &'a [Value], address: &str) -> Option<&'a Value> {
    rows.iter().find(|row| row["address"] == address)
}

/// Gives whether waiting tells no more: there is a link, or a reason why there is none.
fn is_settled(row: &Value) -> bool {
    let candidate = &row["candidate"];
    let has_failed = candidate["is_fault"] == true && candidate["is_dialling"] == false;
    has_failed || row["state"] == "linked" || row["state"] == "off"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_a_reason_and_a_proxy_without_links_are_not_waited_for() {
        for row in [
            json!({ "state": "linked", "candidate": null }),
            json!({ "state": "off", "candidate": null }),
            json!({ "state": "refused", "candidate": { "is_fault": true, "is_dialling": false } }),
        ] {
            assert!(is_settled(&row), "{row}");
        }
        for row in [
            json!({ "state": "new", "candidate": null }),
            json!({ "state": "dialling", "candidate": { "is_fault": false, "is_dialling": true } }),
            json!({ "state": "refused", "candidate": { "is_fault": true, "is_dialling": true } }),
        ] {
            assert!(!is_settled(&row), "{row}");
        }
    }

    #[test]
    fn all_that_was_not_done_is_told_with_the_status_of_the_first() {
        let done = |outcome: &str| Change {
            address: "a:1".to_owned(),
            done: Ok(Done(json!({ "address": "a:1", "outcome": outcome }))),
        };
        let refused =
            || Change { address: "b:1".to_owned(), done: Err((Status::Refused, "no room".to_owned())) };
        assert_eq!(conclude(&[done("added"), done("known"), done("removed")]), Ok(()));
        let expected =
            Stop::Failure(Status::Refused, "b:1: no room; a:1: it was not among the addresses".to_owned());
        assert_eq!(conclude(&[refused(), done("unknown")]), Err(expected));
    }
}

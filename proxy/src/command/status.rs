//! `nws status`: what goes on in the proxy of this machine, for people and for programs.

mod text;

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::ask::{Asked, ProxyArgs};
use super::report::{Report, ReportArgs};
use super::stop::{Status, Stop};

/// Time between two looks.
const PERIOD: Duration = Duration::from_secs(1);

/// Moves to the top of a terminal and clears it.
const CLEAR: &str = "\x1b[H\x1b[2J";

/// Tell what goes on: health, links, channels
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", super::STATUSES))]
pub(crate) struct StatusTask {
    #[command(flatten)]
    proxy: ProxyArgs,
    /// Again each second
    #[arg(long, short)]
    watch: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

const EXAMPLES: &str = "\
Examples:
  nws status          what is wrong, links, channels
  nws status --watch  again each second
  nws status --json   all that the proxy tells, for programs";

impl StatusTask {
    pub(crate) async fn run(&self, report: &Report) -> Result<(), Stop> {
        let asked = Asked::of(&self.proxy);
        let mut gap = self.tell(&State::of(&asked).await?, report).await.map(|()| None)?;
        if !self.watch {
            return Ok(());
        }
        loop {
            tokio::time::sleep(PERIOD).await;
            gap = match State::of(&asked).await {
                Ok(state) => self.tell(&state, report).await.map(|()| None)?,
                Err(Stop::Failure(Status::NoProxy, reason)) => {
                    tell_gap(&reason, gap.as_deref(), report).await?;
                    Some(reason)
                }
                Err(stop) => return Err(stop),
            };
        }
    }

    async fn tell(&self, state: &State, report: &Report) -> Result<(), Stop> {
        report.object("status", state.to_json()).await?;
        if report.is_json {
            return Ok(());
        }
        let start = if self.watch && report.is_terminal() { CLEAR } else { "" };
        report.output.write(format!("{start}{}", text::of(state, report.colors()))).await
    }
}

/// The proxy does not answer, and may come back. Where nothing is cleared, each reason is told once.
async fn tell_gap(reason: &str, before: Option<&str>, report: &Report) -> Result<(), Stop> {
    report.object("unanswered", json!({ "reason": reason })).await?;
    if !report.is_json && report.is_terminal() {
        return report.output.write(format!("{CLEAR}{}\n", report.colors().bad(reason))).await;
    }
    if before != Some(reason) {
        report.say(reason);
    }
    Ok(())
}

/// What the proxy has answered.
pub(crate) struct State {
    address: String,
    proxy: Value,
    links: Value,
    candidates: Value,
    channels: Value,
}

/// Something that is wrong, as the proxy judges it.
struct Trouble {
    text: String,
    remedy: String,
}

impl State {
    async fn of(asked: &Asked) -> Result<Self, Stop> {
        let get = |path| asked.get(path);
        // Asked alone: its verdict knows of one connection that asks.
        let proxy = get("proxy").await?;
        let (links, candidates, channels) =
            tokio::try_join!(get("links"), get("candidates"), get("channels"))?;
        Ok(Self { address: asked.address(), proxy, links, candidates, channels })
    }

    fn to_json(&self) -> Value {
        let Self { proxy, links, candidates, channels, .. } = self;
        let troubles: Vec<String> = self.troubles().into_iter().map(|trouble| trouble.text).collect();
        json!({
            "healthy": troubles.is_empty(),
            "troubles": troubles,
            "proxy": proxy,
            "links": links,
            "candidates": candidates,
            "channels": channels,
        })
    }

    fn troubles(&self) -> Vec<Trouble> {
        let verdict = &self.proxy["verdict"];
        if verdict["healthy"].is_null() {
            let text = "The proxy is too old to judge itself.".to_owned();
            return vec![Trouble { text, remedy: "Update it: nws service install".to_owned() }];
        }
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let remedy = |trouble: &Value| [word(&trouble["remedy"]), word(&trouble["command"])].join(" ");
        let all = rows_of(&verdict["troubles"]);
        all.map(|it| Trouble { text: word(&it["text"]), remedy: remedy(it).trim_end().to_owned() }).collect()
    }
}

fn rows(list: &Value) -> impl Iterator<Item = &Value> {
    rows_of(&list["rows"])
}

fn rows_of(rows: &Value) -> impl Iterator<Item = &Value> {
    rows.as_array().into_iter().flatten()
}

//! `nws status`: what goes on in the proxy of this machine, for people and for programs.

mod text;

use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use super::ask::{Asked, ProxyArgs};
use super::report::{Report, ReportArgs};
use super::stop::Stop;

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
        loop {
            let state = State::of(&asked).await?;
            report.object("status", state.to_json()).await?;
            if !report.is_json {
                let start = if self.watch && report.is_terminal() { CLEAR } else { "" };
                let text = text::of(&state, report.colors());
                report.output.write(format!("{start}{text}")).await?;
            }
            if !self.watch {
                return Ok(());
            }
            tokio::time::sleep(PERIOD).await;
        }
    }
}

/// What the proxy has answered.
pub(crate) struct State {
    port: u16,
    proxy: Value,
    links: Value,
    candidates: Value,
    channels: Value,
}

impl State {
    async fn of(asked: &Asked) -> Result<Self, Stop> {
        let get = |path| asked.get(path);
        // Asked at once, so that all of them are of one moment.
        let (proxy, links, candidates, channels) =
            tokio::try_join!(get("proxy"), get("links"), get("candidates"), get("channels"))?;
        Ok(Self { port: asked.port(), proxy, links, candidates, channels })
    }

    fn to_json(&self) -> Value {
        let Self { proxy, links, candidates, channels, .. } = self;
        let health = self.troubles();
        json!({
            "healthy": health.is_empty(),
            "troubles": health,
            "proxy": proxy,
            "links": links,
            "candidates": candidates,
            "channels": channels,
        })
    }

    /// What is wrong, in sentences.
    fn troubles(&self) -> Vec<String> {
        let mut troubles = Vec::new();
        let number = |key: &str| self.proxy[key].as_u64().unwrap_or_default();
        let mut note = |count: u64, what: &str| {
            if count > 0 {
                troubles.push(format!("{count} {what}"));
            }
        };
        note(number("shards_missing"), "shards do not answer");
        note(number("lagging"), "clients read too slowly at this moment");
        let peers =
            rows(&self.candidates).filter(|row| row["kind"] == "peer" && row["reason"] != "own").count();
        note(peers as u64, "of --peer not linked");
        let isolated = rows(&self.channels).filter(|row| row["is_isolated"] == true).count();
        note(isolated as u64, "channels reach no other machine, as there are too many");
        let has_interface = rows_of(&self.proxy["interfaces"]).any(|row| row["is_used"] == true);
        if self.proxy["link_port"].is_u64() && !has_interface {
            troubles.push("no network interface can be used".to_owned());
        }
        troubles
    }
}

fn rows(list: &Value) -> impl Iterator<Item = &Value> {
    rows_of(&list["rows"])
}

fn rows_of(rows: &Value) -> impl Iterator<Item = &Value> {
    rows.as_array().into_iter().flatten()
}

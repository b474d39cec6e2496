//! `nws status`: what goes on in the proxy of this machine, for people and for programs.

mod text;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::ask::{Asked, Nobody};
use crate::cli::StatusTask;

/// Time between two looks.
const PERIOD: Duration = Duration::from_secs(1);

/// The exit status where no proxy answers: that of `nws service status`.
const NOT_RUNNING: u8 = 3;

/// Moves to the top of a terminal and clears it.
const CLEAR: &str = "\x1b[H\x1b[2J";

/// Shows what goes on.
pub(crate) fn perform(task: &StatusTask, port: u16) -> Result<ExitCode> {
    let asked = Asked::at(port);
    loop {
        let state = match State::of(&asked) {
            Ok(state) => state,
            Err(error) if error.is::<Nobody>() => {
                writeln!(io::stderr(), "nws: {error:#}")?;
                return Ok(ExitCode::from(NOT_RUNNING));
            }
            Err(error) => return Err(error),
        };
        let text = if task.json { format!("{}\n", state.to_json()) } else { text::of(&state) };
        let start = if task.watch && !task.json { CLEAR } else { "" };
        if io::stdout().write_all(format!("{start}{text}").as_bytes()).is_err() {
            // Nobody reads any more.
            return Ok(ExitCode::SUCCESS);
        }
        if !task.watch {
            return Ok(ExitCode::SUCCESS);
        }
        thread::sleep(PERIOD);
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
    fn of(asked: &Asked) -> Result<Self> {
        Ok(Self {
            port: asked.port(),
            proxy: asked.get("proxy")?,
            links: asked.get("links")?,
            candidates: asked.get("candidates")?,
            channels: asked.get("channels")?,
        })
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

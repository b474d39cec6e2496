//! `nws send`: a text, lines, bytes or files, to all or to one.

mod files;
mod lines;
mod pipe;
mod source;

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use serde_json::json;

use self::source::Source;
use super::report::{Report, ReportArgs};
use super::session::ChannelArgs;
use super::stop::Stop;

/// Send a text, files or standard input
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", super::STATUSES))]
pub(crate) struct Send {
    #[command(flatten)]
    channel: ChannelArgs,
    /// A text, or files that exist; `-`, or nothing, is standard input: a pipe to `nws listen --binary`
    #[arg(value_name = "DATA|FILE|-")]
    what: Vec<OsString>,
    /// Only to the peer with this id, or whose id begins so
    #[arg(long, value_name = "PEER", value_parser = NonEmptyStringValueParser::new())]
    to: Option<String>,
    /// How long to wait for somebody who is present
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = super::seconds)]
    wait: Duration,
    /// How long to wait for somebody who asks for the files
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = super::seconds)]
    patience: Duration,
    /// It is a text, even if a file has that name
    #[arg(long, conflicts_with_all = ["file", "lines"])]
    text: bool,
    /// They are files
    #[arg(long, conflicts_with = "lines")]
    file: bool,
    /// Each line of standard input is a message
    #[arg(long)]
    lines: bool,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

const EXAMPLES: &str = "\
Examples:
  nws send chan \"hello\"            a message to all who are there
  nws send chan report.pdf         a file to whoever takes files
  tar cz folder | nws send chan -  bytes to `nws listen chan --binary`
  tail -f log | nws send chan --lines -";

impl Send {
    pub(crate) async fn run(&self, report: &Report) -> Result<(), Stop> {
        match Source::of(self)? {
            Source::Text(text) => self.send_text(text, report).await,
            Source::Lines => lines::send(self, report).await,
            Source::Pipe => pipe::send(self, report).await,
            Source::Files(paths) => files::send(self, &paths, report).await,
        }
    }

    async fn send_text(&self, text: &str, report: &Report) -> Result<(), Stop> {
        report.undone("nothing was sent");
        let mut session = self.channel.join(false).await?;
        let peers = session.audience(self.to.as_deref(), self.wait).await?;
        match &self.to {
            Some(_) => peers[0].send(text).await?,
            None => session.channel.send(text).await?,
        }
        report.undone("the text may have been sent, or not");
        session.leave().await.map_err(|stop| report.failed(stop))?;
        let to: Vec<&str> = peers.iter().map(|peer| peer.id()).collect();
        report.object("sent", json!({ "bytes": text.len(), "to": to })).await?;
        report.say(&format!("sent a text of {} to {}", bytes(text.len() as u64), count(peers.len(), "peer")));
        Ok(())
    }
}

fn bytes(count: u64) -> String {
    indicatif::HumanBytes(count).to_string()
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

//! `nws listen`: prints what arrives.

mod pipe;
mod save;
mod wanted;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use networkwebsockets::{Data, Event, Peer};

use self::wanted::Wanted;
use super::message;
use super::report::{Report, ReportArgs};
use super::session::{ChannelArgs, Session};
use super::stop::Stop;

/// Print what is said in a channel, or take files or a pipe
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{}", super::STATUSES))]
pub(crate) struct Listen {
    #[command(flatten)]
    channel: ChannelArgs,
    /// Only what this peer says, or the peer whose id begins so
    #[arg(long, value_name = "PEER", value_parser = NonEmptyStringValueParser::new())]
    from: Option<String>,
    /// End after so many messages, or files
    #[arg(long, short = 'n', value_name = "N")]
    count: Option<u64>,
    /// Take one pipe, all bytes of a `nws send chan -`, and end with it
    #[arg(long, conflicts_with_all = ["json", "count"])]
    binary: bool,
    /// Take files into this folder, and print where each is
    #[arg(long, value_name = "DIR", conflicts_with = "binary")]
    save: Option<PathBuf>,
    /// Replace files that have the name of one that comes
    #[arg(long, requires = "save", conflicts_with = "rename")]
    overwrite: bool,
    /// Number those whose name is taken
    #[arg(long, requires = "save")]
    rename: bool,
    /// Take so many bytes of files in all, such as 500M or 20G
    #[arg(long, value_name = "BYTES", default_value = "10G", requires = "save", value_parser = super::size)]
    max_total: u64,
    /// End with status 6 if it has taken so long
    #[arg(long, value_name = "SECONDS", value_parser = super::seconds)]
    timeout: Option<Duration>,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

const EXAMPLES: &str = "\
Examples:
  nws listen chan                    texts, one a line
  nws listen chan --json             all that happens, for programs
  nws listen chan --binary > file    all bytes of one `nws send chan -`
  nws listen chan --save Downloads   files";

impl Listen {
    pub(crate) async fn run(&self, report: &Report) -> Result<(), Stop> {
        let heard = self.listen(report);
        match self.timeout {
            None => heard.await,
            Some(time) => tokio::time::timeout(time, heard).await.unwrap_or_else(|_| {
                Err(Stop::interrupted(format!("timed out after {} s", time.as_secs_f64())))
            }),
        }
    }

    async fn listen(&self, report: &Report) -> Result<(), Stop> {
        let session = self.channel.join(!self.binary).await?;
        if self.binary {
            return pipe::take(session, &self.wanted(), report).await;
        }
        if self.save.is_some() {
            return save::take(self, session, report).await;
        }
        self.print(session, report).await
    }

    async fn print(&self, mut session: Session, report: &Report) -> Result<(), Stop> {
        let (wanted, mut left) = (self.wanted(), self.count.unwrap_or(u64::MAX));
        while left > 0 {
            let Some(event) = session.events.next().await else { break };
            if let Event::Message { from, data, .. } = &event {
                if !wanted.has(from, &session.channel)? {
                    continue;
                }
                if report.is_json || print(data, from, report).await? {
                    left -= 1;
                }
            }
            message::tell(&event, report).await?;
            if let Event::Closed(closed) = event {
                return Err(closed.into());
            }
        }
        session.leave().await
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted::new(self.from.as_deref())
    }
}

/// Prints what a peer says, but on a terminal not what programs say to each other. Gives whether it
/// was something for whoever reads.
async fn print(data: &Data, from: &Peer, report: &Report) -> Result<bool, Stop> {
    let Some(text) = data.as_text() else {
        let length = data.as_bytes().len();
        report.say(&format!("{length} bytes from {}: --json shows them", from.id()));
        return Ok(true);
    };
    let shown = if report.is_terminal() { message::for_people(text) } else { Some(text.into()) };
    match shown {
        Some(text) => message::print(&text, report).await.map(|()| true),
        None => Ok(false),
    }
}

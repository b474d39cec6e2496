//! `nws join`: a peer at a terminal, or between two pipes.

mod line;
mod terminal;

use std::io::{self, IsTerminal as _};

use clap::Args;
use networkwebsockets::{Channel, Event};

use self::line::Typed;
use self::terminal::Terminal;
use super::input::Input;
use super::message;
use super::report::{Report, ReportArgs};
use super::session::{ChannelArgs, find};
use super::stop::Stop;

/// Talk in a channel from this terminal
#[derive(Debug, Args)]
#[command(after_help = format!("{COMMANDS}\n\n{}", super::STATUSES))]
pub(crate) struct Join {
    #[command(flatten)]
    channel: ChannelArgs,
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

const COMMANDS: &str = "\
Examples:
  nws join chan                      talk in it
  NWS_CHANNEL=secret nws join -      its name is not in the list of processes
  tail -f log | nws join chan        each line is said

What you type is sent to all, but for lines that begin with a slash:
  /to PEER text  to one peer: its id, or how it begins
  /peers         who is here
  /quit          leave; so does Ctrl-D
  //text         sends /text";

/// Where lines come from, and where what happens is shown.
enum Screen {
    Terminal(Terminal),
    Plain(Input<String>),
}

impl Join {
    pub(crate) async fn run(&self, report: &Report) -> Result<(), Stop> {
        let mut session = self.channel.join(true).await?;
        let mut screen = Self::screen(session.message_max(), report)?;
        loop {
            tokio::select! {
                event = session.events.next() => match event {
                    Some(Event::Closed(closed)) => {
                        message::tell(&Event::Closed(closed.clone()), report).await?;
                        return Err(closed.into());
                    }
                    Some(event) => screen.show(&event, report).await?,
                    None => return Err(Stop::failed("the channel has ended")),
                },
                line = screen.line() => match line? {
                    Some(line) => {
                        let Some(answer) = obey(&line, &session.channel).await? else { break };
                        screen.say(&answer, report);
                    }
                    None => break,
                },
            }
        }
        drop(screen);
        session.leave().await
    }

    fn screen(most: usize, report: &Report) -> Result<Screen, Stop> {
        let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal();
        if !is_terminal || report.is_json {
            return Ok(Screen::Plain(Input::lines(most)));
        }
        Ok(Screen::Terminal(Terminal::open(report.colors())?))
    }
}

/// Does what a line asks for. Gives what is to be said about it, or `None` to leave.
async fn obey(line: &str, channel: &Channel) -> Result<Option<String>, Stop> {
    let done = match line::parse(line) {
        Typed::Nothing => Ok(()),
        Typed::Quit => return Ok(None),
        Typed::Peers => {
            let peers: Vec<String> = channel.peers().iter().map(|peer| peer.id().to_owned()).collect();
            return Ok(Some(if peers.is_empty() {
                "nobody else is here".to_owned()
            } else {
                peers.join("\n")
            }));
        }
        Typed::Wrong(reason) => return Ok(Some(reason.to_owned())),
        Typed::Say(text) => channel.send(text).await,
        Typed::Tell(to, text) => match find(channel, to) {
            Ok(Some(peer)) => peer.send(text).await,
            Ok(None) => return Ok(Some(format!("no peer {to} is here"))),
            Err(Stop::Failure(_, reason)) => return Ok(Some(reason)),
            Err(stop) => return Err(stop),
        },
    };
    Ok(Some(done.map_or_else(|error| format!("not sent: {error}"), |()| String::new())))
}

impl Screen {
    async fn line(&mut self) -> Result<Option<String>, Stop> {
        match self {
            Self::Terminal(terminal) => terminal.line().await,
            Self::Plain(lines) => lines.next().await,
        }
    }

    async fn show(&mut self, event: &Event, report: &Report) -> Result<(), Stop> {
        match self {
            Self::Terminal(terminal) => terminal.show(event),
            Self::Plain(_) => show_plain(event, report).await,
        }
    }

    fn say(&mut self, answer: &str, report: &Report) {
        match self {
            _ if answer.is_empty() => {}
            Self::Terminal(terminal) => terminal.print(answer),
            Self::Plain(_) => answer.lines().for_each(|line| report.say(line)),
        }
    }
}

async fn show_plain(event: &Event, report: &Report) -> Result<(), Stop> {
    match event {
        Event::Open { id } => report.say(&format!("joined as {id}")),
        Event::Connect(peer) => report.say(&format!("{} is here", peer.id())),
        Event::Disconnect(peer) => report.say(&format!("{} has left", peer.id())),
        Event::Message { data, from, .. } if !report.is_json => match data.as_text() {
            Some(text) => match message::for_people(text) {
                Some(text) => message::print(&text, report).await?,
                None => return Ok(()),
            },
            None => report.say(&format!("{} bytes from {}", data.as_bytes().len(), from.id())),
        },
        _ => {}
    }
    message::tell(event, report).await
}

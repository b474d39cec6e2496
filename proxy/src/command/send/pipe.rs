//! Sends all bytes of standard input, as fast as the slowest receiver takes them.

use std::collections::HashSet;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::{BoxFuture, join_all};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use networkwebsockets::{Channel, Data, Error, Event, Events, Peer, PeerStream};
use serde_json::json;
use tokio::time::timeout;

use super::{Send, Stop, bytes, count};
use crate::command::input::Input;
use crate::command::pipe::{PROTOCOL, end, number, widen};
use crate::command::progress::Progress;
use crate::command::report::Report;
use crate::command::session::Session;

/// How long a receiver that has everything may take to close its end.
const CLOSING: Duration = Duration::from_secs(2);

/// How long others may decide after the first who takes the pipe.
const MORE: Duration = Duration::from_secs(1);

pub(super) async fn send(send: &Send, report: &Report) -> Result<(), Stop> {
    report.undone("nothing was sent");
    let mut session = send.channel.join(false).await?;
    let to = match send.to.as_deref() {
        Some(to) => Some(session.audience(Some(to), send.wait).await?[0].id().to_owned()),
        None => None,
    };
    let streams = receivers(&mut session, to.as_deref(), send.wait).await?;
    session.channel.ignore_events();
    let to: Vec<String> = streams.iter().map(|stream| stream.peer().id().to_owned()).collect();
    let mut pipe = Pipe { streams, lost: Vec::new(), sent: 0 };
    pipe.pour(report, &Progress::new(report, "sent", None)).await?;
    pipe.finish().await?;
    session.leave().await?;
    report.object("sent", json!({ "bytes": pipe.sent, "to": to })).await?;
    report.say(&format!("sent {} to {}", bytes(pipe.sent), count(to.len(), "peer")));
    Ok(())
}

struct Pipe {
    streams: Vec<PeerStream>,
    lost: Vec<String>,
    sent: u64,
}

impl Pipe {
    async fn pour(&mut self, report: &Report, progress: &Progress) -> Result<(), Stop> {
        widen(std::io::stdin());
        let mut input = Input::bytes();
        loop {
            report.undone(format!("{} bytes were sent, and the rest was not", self.sent));
            let piece = tokio::select! {
                piece = input.next() => piece.map_err(|stop| report.failed(stop))?,
                ended = first_end(&mut self.streams) => {
                    self.lose(ended)?;
                    continue;
                }
            };
            let Some(piece) = piece else { return Ok(()) };
            let piece = Bytes::from(piece);
            let sent = join_all(self.streams.iter().map(|stream| stream.send(piece.clone()))).await;
            for (index, _) in sent.iter().enumerate().rev().filter(|(_, sent)| sent.is_err()) {
                self.lose(index)?;
            }
            self.sent += piece.len() as u64;
            progress.set(self.sent);
        }
    }

    /// Tells the end, and waits until each receiver has written everything.
    async fn finish(&mut self) -> Result<(), Stop> {
        for mut stream in std::mem::take(&mut self.streams) {
            match confirmed(&mut stream, self.sent).await {
                // It has everything, however it closes.
                Ok(true) => drop(timeout(CLOSING, stream.close()).await),
                _ => self.lost.push(stream.peer().id().to_owned()),
            }
        }
        match self.lost.join(", ") {
            lost if lost.is_empty() => Ok(()),
            lost => Err(Stop::failed(format!("not everything has arrived at {lost}"))),
        }
    }

    fn lose(&mut self, index: usize) -> Result<(), Stop> {
        let stream = self.streams.remove(index);
        self.lost.push(stream.peer().id().to_owned());
        if self.streams.is_empty() {
            return Err(Stop::failed(format!("nobody takes the pipe any more after {} bytes", self.sent)));
        }
        Ok(())
    }
}

async fn confirmed(stream: &mut PeerStream, sent: u64) -> Result<bool, Error> {
    stream.send(end(sent)).await?;
    Ok(match stream.recv().await? {
        Some(Data::Text(text)) => number(&text, "got") == Some(sent),
        _ => false,
    })
}

/// Waits until a stream ends: a receiver has nothing to say before the end.
async fn first_end(streams: &mut [PeerStream]) -> usize {
    poll_fn(|cx| {
        let ended = streams.iter_mut().position(|stream| stream.poll_next_unpin(cx).is_ready());
        ended.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

/// Dials all who are present, and those who come, until somebody takes the pipe. The others then have
/// a moment to take it too.
async fn receivers(session: &mut Session, to: Option<&str>, wait: Duration) -> Result<Vec<PeerStream>, Stop> {
    let Session { channel, events, .. } = session;
    let mut dialling = Dialling { channel, to, dialled: HashSet::new(), answers: FuturesUnordered::new() };
    let first = timeout(wait, dialling.accepted(events)).await.unwrap_or_else(|_| Err(nobody(to, wait)));
    let mut streams = vec![first?];
    // Whoever does not decide holds nobody back.
    let others = timeout(MORE, async {
        while let Some(answer) = dialling.answers.next().await {
            streams.extend(answer);
        }
    });
    // Whoever has not decided by then gets nothing.
    let _ = others.await;
    Ok(streams)
}

/// Peers that are asked whether they take the pipe.
struct Dialling<'a> {
    channel: &'a Channel,
    /// The id of the only one who is asked.
    to: Option<&'a str>,
    dialled: HashSet<String>,
    answers: FuturesUnordered<BoxFuture<'static, Result<PeerStream, Error>>>,
}

impl Dialling<'_> {
    fn candidates(&self) -> Vec<Peer> {
        match self.to {
            None => self.channel.peers(),
            Some(to) => self.channel.peer(to).into_iter().collect(),
        }
    }

    /// Waits for the next one who takes it.
    async fn accepted(&mut self, events: &mut Events) -> Result<PeerStream, Stop> {
        loop {
            for peer in self.candidates() {
                if self.dialled.insert(peer.id().to_owned()) {
                    self.answers.push(async move { peer.dial(&[PROTOCOL]).await }.boxed());
                }
            }
            tokio::select! {
                Some(answer) = self.answers.next() => if let Ok(stream) = answer { return Ok(stream) },
                stepped = step(events) => stepped?,
            }
        }
    }
}

fn nobody(to: Option<&str>, wait: Duration) -> Stop {
    let remedy = "`nws listen CHANNEL --binary` takes one; --text and --lines send messages";
    let who = to.map_or_else(|| "nobody".to_owned(), |to| format!("no peer {to}"));
    Stop::unknown(format!("{who} is there that takes a pipe: waited {} s; {remedy}", wait.as_secs_f64()))
}

async fn step(events: &mut Events) -> Result<(), Stop> {
    match events.next().await {
        Some(Event::Closed(closed)) => Err(closed.into()),
        Some(_) => Ok(()),
        None => Err(Stop::failed("the channel has ended")),
    }
}

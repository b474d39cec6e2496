//! Offers files, and sends them to whoever asks.

mod own;
mod record;
mod streams;

use std::path::PathBuf;
use std::time::Duration;

use futures_util::FutureExt as _;
use networkwebsockets::{Data, Event, Peer};
use serde_json::json;
use tokio::time::{Instant, timeout};

use self::own::OwnFile;
use self::streams::{Streams, Turn};
use super::{Send, Stop, bytes};
use crate::command::files::{Control, HELLO};
use crate::command::message;
use crate::command::progress::Progress;
use crate::command::report::Report;
use crate::command::session::Session;

/// How often it is looked whether somebody has stopped.
const TICK: Duration = Duration::from_secs(1);

pub(super) async fn send(send: &Send, paths: &[PathBuf], report: &Report) -> Result<(), Stop> {
    let mut files = paths.iter().map(|path| OwnFile::open(path)).collect::<Result<Vec<_>, _>>()?;
    let mut session = send.channel.join(true).await?;
    report.undone(undone(&files));
    let peers = session.audience(send.to.as_deref(), send.wait).await?;
    let to = send.to.as_ref().map(|_| peers[0].id().to_owned());
    // A peer comes back under another id, so what was for one peer alone does not go on.
    if to.is_none() {
        let place = session.place();
        files.iter_mut().zip(paths).for_each(|(file, path)| file.go_on(path, &place));
    }
    let total = files.iter().map(|file| file.offer.size).sum();
    let mut sending = Sending {
        send,
        to,
        report,
        streams: Streams::new(files),
        progress: Progress::new(report, "sent", Some(total)),
        heard: Instant::now(),
        sent: 0,
    };
    for peer in &peers {
        sending.greet(peer).await?;
    }
    let mut done = Ok(());
    while done.is_ok() && !sending.streams.is_done() {
        done = sending.step(&mut session).await.map_err(|stop| report.failed(stop));
    }
    drop(sending.progress);
    if done.is_ok() {
        sending.streams.finish();
    }
    done.and(session.leave().await)
}

struct Sending<'a> {
    send: &'a Send,
    /// The id of the only one who gets the files.
    to: Option<String>,
    report: &'a Report,
    streams: Streams,
    progress: Progress,
    heard: Instant,
    sent: u64,
}

impl Sending<'_> {
    /// Does what has come, then sends one part to each who may have one; or waits.
    async fn step(&mut self, session: &mut Session) -> Result<(), Stop> {
        while let Some(event) = session.events.next().now_or_never().flatten() {
            self.take(event).await?;
        }
        let turns = self.streams.turns();
        if self.streams.is_reading() {
            // Whatever else there is to do comes before the next piece.
            tokio::task::yield_now().await;
        } else if turns.is_empty() && !self.streams.is_done() {
            match timeout(TICK, session.events.next()).await {
                Ok(Some(event)) => self.take(event).await?,
                Ok(None) => return Err(Stop::failed("the channel has ended")),
                Err(_) => self.look().await?,
            }
        }
        for Turn { peer, data, bytes } in turns {
            // Whoever has gone is told by an event.
            let _ = peer.send(data).await;
            self.sent += bytes;
            self.progress.set(self.sent);
        }
        self.streams.fault().map_or(Ok(()), |fault| Err(Stop::failed(fault)))
    }

    async fn look(&mut self) -> Result<(), Stop> {
        for (peer, control) in self.streams.stalled() {
            tell(&peer, &control).await;
        }
        if self.streams.is_idle() && self.heard.elapsed() > self.send.patience {
            let seconds = self.send.patience.as_secs_f64();
            let undone = self.streams.undone();
            return Err(Stop::interrupted(format!("nobody has asked for {seconds} s: {undone}")));
        }
        Ok(())
    }

    async fn take(&mut self, event: Event) -> Result<(), Stop> {
        match event {
            Event::Connect(peer) if self.is_for(&peer) => self.greet(&peer).await?,
            Event::Disconnect(peer) => self.streams.leave(&peer),
            Event::Message { from, data, direct: true } => self.hear(&from, &data).await?,
            event @ (Event::Open { .. } | Event::Reconnecting(_)) => {
                message::tell(&event, self.report).await?;
            }
            Event::Closed(closed) => {
                message::tell(&Event::Closed(closed.clone()), self.report).await?;
                return Err(closed.into());
            }
            _ => {}
        }
        self.report.undone(self.streams.undone());
        Ok(())
    }

    async fn hear(&mut self, from: &Peer, data: &Data) -> Result<(), Stop> {
        let Some(control) = data.as_text().and_then(Control::parse) else { return Ok(()) };
        if !self.is_for(from) {
            return Ok(());
        }
        self.heard = Instant::now();
        match control {
            Control::Seek { files } => {
                for offer in self.streams.offers().filter(|offer| files.contains(&offer.file)) {
                    tell(from, &Control::Offer(offer)).await;
                }
            }
            Control::Got { file, stream } => {
                if let Some(name) = self.streams.got(from, &file, stream) {
                    let members = json!({ "file": name.0, "bytes": name.1, "to": from.id() });
                    self.report.object("file-sent", members).await?;
                    self.report.say(&format!("sent {} ({}) to {}", name.0, bytes(name.1), from.id()));
                }
            }
            Control::Stop { file, stream, reason } => {
                if let Some(name) = self.streams.stop(from, &file, stream) {
                    self.report.say(&format!("{} stopped {name}: {reason:?}", from.id()));
                    let members = json!({ "file": name, "to": from.id(), "reason": reason });
                    self.report.object("file-stopped", members).await?;
                }
            }
            control => {
                if let Some(answer) = self.streams.hear(from, control) {
                    tell(from, &answer).await;
                }
            }
        }
        Ok(())
    }

    /// Offers the files to a peer. Pages of the chat want a greeting first.
    async fn greet(&mut self, peer: &Peer) -> Result<(), Stop> {
        self.heard = Instant::now();
        let _ = peer.send(HELLO).await;
        for offer in self.streams.offers() {
            tell(peer, &Control::Offer(offer)).await;
        }
        Ok(())
    }

    fn is_for(&self, peer: &Peer) -> bool {
        self.to.as_ref().is_none_or(|to| peer.id() == to)
    }
}

fn undone(files: &[OwnFile]) -> String {
    let names: Vec<&str> = files.iter().map(|file| file.offer.name.as_str()).collect();
    format!("nobody has got {}", names.join(", "))
}

/// Whoever has gone is told by an event.
async fn tell(peer: &Peer, control: &Control) {
    let _ = peer.send(control.text()).await;
}

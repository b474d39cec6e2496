//! Takes the files that are offered into a folder.

mod folder;
mod incoming;

use std::collections::{HashMap, VecDeque};
use std::io::ErrorKind;
use std::time::Duration;

use networkwebsockets::{Data, Event, Peer};
use serde_json::json;
use tokio::time::timeout;

use self::folder::Folder;
use self::incoming::{Fault, Incoming};
use super::{Listen, Stop};
use crate::command::files::{Control, HELLO, Offer, Part, SEEK_MAX, VERSION, WINDOW};
use crate::command::message;
use crate::command::progress::Progress;
use crate::command::report::Report;
use crate::command::session::Session;

/// How long nothing may come of a file.
const STALLED: Duration = Duration::from_secs(60);

/// How often it is looked whether something has stalled.
const TICK: Duration = Duration::from_secs(1);

/// Files that are received at once, and of one peer.
const AT_ONCE: usize = 4;
const OF_ONE_PEER: usize = 2;

/// Offers that wait.
const WAITING_MAX: usize = 500;

/// Files that are remembered although their sender has gone.
const LOST_MAX: usize = 1000;

pub(super) async fn take(listen: &Listen, mut session: Session, report: &Report) -> Result<(), Stop> {
    let folder = Folder::open(listen)?;
    let mut saving = Saving {
        listen,
        report,
        folder,
        active: HashMap::new(),
        waiting: Vec::new(),
        lost: VecDeque::new(),
        streams: 0,
        kept: 0,
        saved: 0,
        progress: Progress::new(report, "received", None),
        bytes: 0,
    };
    while listen.count.is_none_or(|count| saving.saved < count) {
        match timeout(TICK, session.events.next()).await {
            Ok(Some(event)) => saving.take(event).await?,
            Ok(None) => return Err(Stop::failed("the channel has ended")),
            Err(_) => {}
        }
        saving.give_up_late().await?;
        saving.ask().await?;
    }
    drop(saving);
    session.leave().await
}

struct Saving<'a> {
    listen: &'a Listen,
    report: &'a Report,
    folder: Folder,
    active: HashMap<(Peer, u32), Incoming>,
    waiting: Vec<(Peer, Offer)>,
    /// Those whose sender has gone, and how many bytes of each are stored.
    lost: VecDeque<(Offer, u64)>,
    streams: u32,
    /// Bytes that are in the folder for good.
    kept: u64,
    saved: u64,
    progress: Progress,
    bytes: u64,
}

impl Saving<'_> {
    async fn take(&mut self, event: Event) -> Result<(), Stop> {
        // A fault is that somebody has left meanwhile.
        if !matches!(event, Event::Message { .. } | Event::Fault(_)) {
            message::tell(&event, self.report).await?;
        }
        match event {
            Event::Connect(peer) if self.listen.wants(&peer) => self.greet(&peer).await,
            Event::Disconnect(peer) => self.lose(&peer).await?,
            Event::Message { from, data, direct } if self.listen.wants(&from) => match &data {
                Data::Binary(bytes) if direct => self.part(&from, bytes).await?,
                Data::Text(text) | Data::Json(text) => {
                    if let Some(control) = Control::parse(text) {
                        self.hear(from, control, direct).await?;
                    }
                }
                _ => {}
            },
            Event::Closed(closed) => return Err(closed.into()),
            _ => {}
        }
        Ok(())
    }

    async fn hear(&mut self, from: Peer, control: Control, direct: bool) -> Result<(), Stop> {
        match control {
            Control::Offer(offer) => self.consider(from, offer).await?,
            Control::Withdraw { file } => {
                self.waiting.retain(|(peer, offer)| *peer != from || offer.file != file);
                self.end(&from, None, &file, "withdrawn").await?;
            }
            Control::Done { file, stream, hash } if direct => {
                let key = (from, stream);
                if self.active.get(&key).is_some_and(|it| it.offer.file == file) {
                    self.finish(key, &hash).await?;
                }
            }
            Control::Fail { file, stream, reason } if direct => {
                self.end(&from, Some(stream), &file, &reason).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Says what happens to an offer. It is asked for when its turn comes.
    async fn consider(&mut self, from: Peer, offer: Offer) -> Result<(), Stop> {
        let is_known = self.active.values().any(|it| it.offer.file == offer.file)
            || self.waiting.iter().any(|(_, other)| other.file == offer.file)
            || self.folder.is_finished(&offer.file);
        if is_known {
            return Ok(());
        }
        let obstacle = if offer.v != VERSION {
            Some("its sender speaks another version: update nws".to_owned())
        } else if self.waiting.len() >= WAITING_MAX {
            Some("too many files are offered".to_owned())
        } else if self.taken_besides(&offer).saturating_add(offer.size) > self.listen.max_total {
            Some(format!("{} bytes are more than --max-total leaves", offer.size))
        } else {
            self.folder.obstacle(&offer.name, self.expected().map(|offer| offer.name.as_str()))
        };
        if let Some(obstacle) = obstacle {
            self.folder.finish(&offer.file);
            return self.refuse(&offer, &obstacle).await;
        }
        self.lost.retain(|(lost, _)| lost.file != offer.file);
        self.waiting.push((from, offer));
        Ok(())
    }

    /// The files that are on their way, or will be.
    fn expected(&self) -> impl Iterator<Item = &Offer> {
        self.active.values().map(|it| &it.offer).chain(self.waiting.iter().map(|(_, offer)| offer))
    }

    /// The bytes that all files but this one have, or will have.
    fn taken_besides(&self, offer: &Offer) -> u64 {
        let lost = self.lost.iter().filter(|(lost, _)| lost.file != offer.file).map(|(_, bytes)| *bytes);
        let taken = lost.chain(self.expected().map(|offer| offer.size));
        taken.fold(self.kept, u64::saturating_add)
    }

    async fn refuse(&mut self, offer: &Offer, reason: &str) -> Result<(), Stop> {
        self.report.say(&format!("{:?} is not taken: {reason}", offer.name));
        self.report.object("file-refused", json!({ "file": offer.name, "reason": reason })).await
    }

    async fn ask(&mut self) -> Result<(), Stop> {
        while self.active.len() < AT_ONCE {
            let of = |peer: &Peer| self.active.keys().filter(|(other, _)| other == peer).count();
            let Some(index) = self.waiting.iter().position(|(peer, _)| of(peer) < OF_ONE_PEER) else { break };
            let (peer, offer) = self.waiting.remove(index);
            let incoming = match Incoming::begin(&self.folder, offer) {
                Ok(incoming) => incoming,
                Err((offer, error)) if error.kind() == ErrorKind::WouldBlock => {
                    self.folder.finish(&offer.file);
                    self.refuse(&offer, "another process saves it in this folder").await?;
                    continue;
                }
                Err((offer, error)) => {
                    return Err(Stop::failed(format!("cannot save {:?}: {error}", offer.name)));
                }
            };
            self.streams += 1;
            let (file, stream) = (incoming.offer.file.clone(), self.streams);
            let get = Control::Get { file, stream, from: incoming.next(), window: WINDOW };
            self.active.insert((peer.clone(), stream), incoming);
            tell(&peer, &get).await;
        }
        self.report.undone(match self.active.len() {
            0 => String::new(),
            _ => {
                let names: Vec<String> =
                    self.active.values().map(|it| format!("{:?}", it.offer.name)).collect();
                format!("not complete: {}", names.join(", "))
            }
        });
        Ok(())
    }

    async fn part(&mut self, from: &Peer, message: &[u8]) -> Result<(), Stop> {
        let Some(part) = Part::parse(message) else { return Ok(()) };
        let key = (from.clone(), part.stream);
        let Some(incoming) = self.active.get_mut(&key) else { return Ok(()) };
        match incoming.store(&part) {
            Ok(next) => {
                let (file, stream) = (incoming.offer.file.clone(), part.stream);
                self.bytes += part.bytes.len() as u64;
                self.progress.set(self.bytes);
                tell(from, &Control::Ack { file, stream, next }).await;
                Ok(())
            }
            Err(fault) => self.fail(key, fault).await,
        }
    }

    async fn finish(&mut self, key: (Peer, u32), hash: &str) -> Result<(), Stop> {
        let Some(incoming) = self.active.get_mut(&key) else { return Ok(()) };
        let path = match incoming.finish(hash, &mut self.folder) {
            Ok(path) => path,
            Err(fault) => return self.fail(key, fault).await,
        };
        let Some(incoming) = self.active.remove(&key) else { return Ok(()) };
        let (peer, stream) = key;
        tell(&peer, &Control::Got { file: incoming.offer.file, stream }).await;
        self.saved += 1;
        self.kept = self.kept.saturating_add(incoming.offer.size);
        let members =
            json!({ "path": path.to_string_lossy(), "bytes": incoming.offer.size, "from": peer.id() });
        self.report.object("file-saved", members).await?;
        if self.report.is_json {
            return Ok(());
        }
        self.report.output.write([path.as_os_str().as_encoded_bytes(), b"\n"].concat()).await
    }

    async fn fail(&mut self, key: (Peer, u32), fault: Fault) -> Result<(), Stop> {
        let Some(incoming) = self.active.remove(&key) else { return Ok(()) };
        let (peer, stream) = key;
        let file = incoming.offer.file.clone();
        tell(&peer, &Control::Stop { file: file.clone(), stream, reason: fault.reason().to_owned() }).await;
        let mut rest = String::new();
        if fault.is_final() {
            incoming.forget();
        } else {
            self.kept = self.kept.saturating_add(incoming.stored());
            rest = format!("; what has come is in {}", incoming.partial());
        }
        self.folder.finish(&file);
        match fault {
            Fault::Storage(error) => {
                Err(Stop::failed(format!("cannot save {:?}: {error}{rest}", incoming.offer.name)))
            }
            fault => self.refuse(&incoming.offer, &format!("{fault}{rest}")).await,
        }
    }

    /// The sender has ended a stream. What has come stays, for another try.
    async fn end(&mut self, from: &Peer, stream: Option<u32>, file: &str, reason: &str) -> Result<(), Stop> {
        let is_it = |key: &(Peer, u32), it: &Incoming| {
            key.0 == *from && it.offer.file == file && stream.is_none_or(|stream| stream == key.1)
        };
        let ended: Vec<_> = self.active.extract_if(|key, it| is_it(key, it)).collect();
        for (_, incoming) in ended {
            self.refuse(&incoming.offer, &format!("its sender says {reason:?}")).await?;
            self.remember(incoming.offer.clone(), incoming.stored());
        }
        Ok(())
    }

    /// A file may come again. Of many that may, the oldest are forgotten.
    fn remember(&mut self, offer: Offer, stored: u64) {
        self.lost.push_back((offer, stored));
        if self.lost.len() > LOST_MAX
            && let Some((_, stored)) = self.lost.pop_front()
        {
            self.kept = self.kept.saturating_add(stored);
        }
    }

    async fn lose(&mut self, peer: &Peer) -> Result<(), Stop> {
        let waiting: Vec<_> = self.waiting.extract_if(.., |(other, _)| other == peer).collect();
        waiting.into_iter().for_each(|(_, offer)| self.remember(offer, 0));
        let ended: Vec<_> = self.active.extract_if(|(other, _), _| other == peer).collect();
        for (_, incoming) in ended {
            let (name, share) = (&incoming.offer.name, incoming.share());
            self.report.say(&format!("{name:?} is interrupted at {share} %: its sender has left"));
            self.report.object("file-interrupted", json!({ "file": name })).await?;
            self.remember(incoming.offer.clone(), incoming.stored());
        }
        Ok(())
    }

    async fn give_up_late(&mut self) -> Result<(), Stop> {
        let late: Vec<_> = self
            .active
            .iter()
            .filter(|(_, it)| it.heard().elapsed() > STALLED)
            .map(|(key, _)| key.clone())
            .collect();
        for key in late {
            self.fail(key, Fault::Stalled).await?;
        }
        Ok(())
    }

    /// Pages of the chat hear only those who greet. Whoever comes may offer what was lost.
    async fn greet(&mut self, peer: &Peer) {
        // Whoever has gone is told by an event.
        let _ = peer.send(HELLO).await;
        if !self.lost.is_empty() {
            let files = self.lost.iter().rev().take(SEEK_MAX).map(|(offer, _)| offer.file.clone()).collect();
            tell(peer, &Control::Seek { files }).await;
        }
    }
}

/// Whoever has gone is told by an event.
async fn tell(peer: &Peer, control: &Control) {
    let _ = peer.send(control.text()).await;
}

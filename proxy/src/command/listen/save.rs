//! Takes the files that are offered into a folder.

mod finished;
mod folder;
mod incoming;
mod offers;
mod receiving;

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use networkwebsockets::{Channel, Data, Event, Peer};
use serde_json::json;

use self::finished::Finished;
use self::folder::Folder;
use self::incoming::{Fault, Incoming};
use self::offers::Offers;
use self::receiving::{Key, Receiving, Work};
use super::wanted::Wanted;
use super::{Listen, Stop};
use crate::command::files::{Control, HELLO, Offer, Part, SEEK_MAX, VERSION, WINDOW, clean};
use crate::command::message;
use crate::command::progress::Progress;
use crate::command::report::Report;
use crate::command::session::Session;

/// How often it is looked whether something has stalled.
const TICK: Duration = Duration::from_secs(1);

/// Files that are remembered although their sender has gone.
const LOST_MAX: usize = 1000;

pub(super) async fn take(listen: &Listen, mut session: Session, report: &Report) -> Result<(), Stop> {
    let mut saving = Saving::new(listen, Folder::open(listen)?, report);
    let mut done = Ok(());
    while done.is_ok() && saving.left() > 0 {
        done = saving.step(&mut session).await.map_err(|stop| report.failed(stop));
    }
    drop(saving);
    // Whoever is to be told why gets it before the end.
    let left = session.leave().await;
    done.and(left)
}

struct Saving<'a> {
    listen: &'a Listen,
    wanted: Wanted<'a>,
    report: &'a Report,
    folder: Folder,
    finished: Finished,
    receiving: Receiving,
    offers: Offers,
    /// Those whose sender has gone, and how many bytes of each are stored.
    lost: VecDeque<(String, u64)>,
    /// Bytes that are in the folder for good.
    kept: u64,
    saved: u64,
    progress: Progress,
    bytes: u64,
}

impl<'a> Saving<'a> {
    fn new(listen: &'a Listen, folder: Folder, report: &'a Report) -> Self {
        Self {
            listen,
            wanted: listen.wanted(),
            report,
            folder,
            finished: Finished::default(),
            receiving: Receiving::default(),
            offers: Offers::default(),
            lost: VecDeque::new(),
            kept: 0,
            saved: 0,
            progress: Progress::new(report, "received", None),
            bytes: 0,
        }
    }

    /// Files that are still to be saved.
    fn left(&self) -> u64 {
        self.listen.count.map_or(u64::MAX, |count| count.saturating_sub(self.saved))
    }

    async fn step(&mut self, session: &mut Session) -> Result<(), Stop> {
        tokio::select! {
            event = session.events.next() => match event {
                Some(event) => self.take(event, &session.channel).await?,
                None => return Err(Stop::failed("the channel has ended")),
            },
            work = self.receiving.worked() => self.go_on(work?).await?,
            () = tokio::time::sleep(TICK) => {}
        }
        self.give_up_late().await?;
        self.receiving.place(self.left(), &self.folder);
        self.ask().await?;
        self.report.undone(self.receiving.undone());
        Ok(())
    }

    async fn take(&mut self, event: Event, channel: &Channel) -> Result<(), Stop> {
        // A fault is that somebody has left meanwhile.
        if !matches!(event, Event::Message { .. } | Event::Fault(_)) {
            message::tell(&event, self.report).await?;
        }
        match event {
            Event::Connect(peer) if self.wanted.has(&peer, channel)? => self.greet(&peer).await,
            Event::Disconnect(peer) => self.lose(&peer).await?,
            Event::Message { from, data, direct } if self.wanted.has(&from, channel)? => match &data {
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
                self.offers.withdraw(&from, &file);
                self.end(&from, None, &file, "withdrawn").await?;
            }
            Control::Done { file, stream, hash } if direct => {
                self.receiving.end(&(from, stream), &file, &hash)
            }
            Control::Fail { file, stream, reason } if direct => {
                self.end(&from, Some(stream), &file, &reason).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Says what happens to an offer. It is asked for when its turn comes. One that is refused may come
    /// again, when nothing hinders it any more.
    async fn consider(&mut self, from: Peer, mut offer: Offer) -> Result<(), Stop> {
        if self.expected().any(|other| other.file == offer.file) || self.finished.has(&offer.file) {
            return Ok(());
        }
        offer.name = clean(&offer.name);
        let obstacle = if offer.v == VERSION {
            let others = self.expected().map(|other| other.name.as_str());
            self.excess(&offer).or_else(|| self.folder.obstacle(&offer.name, others))
        } else {
            Some("its sender speaks another version: update nws".to_owned())
        };
        match obstacle {
            Some(obstacle) => self.refuse(&offer, &obstacle).await,
            None => match self.offers.add(from, offer) {
                Ok(()) => Ok(()),
                Err(offer) => self.refuse(&offer, "too many files are offered").await,
            },
        }
    }

    /// The files that are on their way, or will be.
    fn expected(&self) -> impl Iterator<Item = &Offer> {
        self.receiving.offers().chain(self.offers.waiting())
    }

    /// Why there will not be room for a file, whatever becomes of those that are on their way.
    fn excess(&self, offer: &Offer) -> Option<String> {
        let is_too_much = self.stored_besides(offer).saturating_add(offer.size) > self.listen.max_total;
        is_too_much.then(|| format!("{} bytes are more than --max-total leaves", offer.size))
    }

    /// Gives whether there is room for a file beside those that are on their way.
    fn has_room(&self, offer: &Offer) -> bool {
        let on_way = self.receiving.offers().map(|other| other.size).fold(0, u64::saturating_add);
        let all = [offer.size, on_way].into_iter().fold(self.stored_besides(offer), u64::saturating_add);
        all <= self.listen.max_total
    }

    /// The bytes that were stored of all files that are not on their way, but for this one.
    fn stored_besides(&self, offer: &Offer) -> u64 {
        let lost = self.lost.iter().filter(|(file, _)| *file != offer.file).map(|(_, bytes)| *bytes);
        lost.fold(self.kept, u64::saturating_add)
    }

    async fn refuse(&mut self, offer: &Offer, reason: &str) -> Result<(), Stop> {
        self.report.say(&format!("{:?} is not taken: {reason}", offer.name));
        self.report.object("file-refused", json!({ "file": offer.name, "reason": reason })).await
    }

    /// Begins with those whose turn it is.
    async fn ask(&mut self) -> Result<(), Stop> {
        while let Some((peer, offer)) = self.next_offer() {
            match self.excess(&offer) {
                Some(excess) => self.refuse(&offer, &excess).await?,
                None => {
                    self.lost.retain(|(file, _)| *file != offer.file);
                    self.receiving.begin(peer, offer, &self.folder);
                }
            }
        }
        if let Some((peer, files)) = self.offers.next_sought() {
            tell(&peer, &Control::Seek { files }).await;
        }
        Ok(())
    }

    fn next_offer(&mut self) -> Option<(Peer, Offer)> {
        let mut offers = std::mem::take(&mut self.offers);
        let next = offers.take(|peer, offer| {
            self.receiving.has_place(peer) && (self.has_room(offer) || self.excess(offer).is_some())
        });
        self.offers = offers;
        next
    }

    /// A thread has done something that takes time.
    async fn go_on(&mut self, work: Work) -> Result<(), Stop> {
        match work {
            Work::Begun(key, Ok(incoming)) => {
                let (file, from, stored) = (incoming.offer.file.clone(), incoming.next(), incoming.stored());
                if self.receiving.receive(&key, incoming) {
                    let (peer, stream) = key;
                    tell(&peer, &Control::Get { file, stream, from, window: WINDOW }).await;
                } else {
                    // Its sender has left meanwhile.
                    self.note(&file, stored);
                }
                Ok(())
            }
            Work::Begun(key, Err((offer, error))) => {
                self.receiving.remove(&key);
                if error.kind() == std::io::ErrorKind::WouldBlock {
                    return self.refuse(&offer, "another process saves it in this folder").await;
                }
                Err(Stop::failed(format!("cannot save {:?}: {error}", offer.name)))
            }
            Work::Placed(key, incoming, Ok(path)) => {
                self.receiving.remove(&key);
                self.finished.add(&incoming.offer.file);
                self.saved += 1;
                self.kept = self.kept.saturating_add(incoming.offer.size);
                let (peer, stream) = key;
                tell(&peer, &Control::Got { file: incoming.offer.file, stream }).await;
                self.tell_saved(&path, incoming.offer.size, &peer).await
            }
            Work::Placed(key, incoming, Err(fault)) => self.fail(key, incoming, fault).await,
        }
    }

    async fn tell_saved(&self, path: &Path, bytes: u64, from: &Peer) -> Result<(), Stop> {
        let members = json!({ "path": path.to_string_lossy(), "bytes": bytes, "from": from.id() });
        self.report.object("file-saved", members).await?;
        if self.report.is_json {
            return Ok(());
        }
        self.report.output.write([path.as_os_str().as_encoded_bytes(), b"\n"].concat()).await
    }

    async fn part(&mut self, from: &Peer, message: &[u8]) -> Result<(), Stop> {
        let Some(part) = Part::parse(message) else { return Ok(()) };
        let key = (from.clone(), part.stream);
        match self.receiving.store(&key, &part) {
            Some((file, Ok(next))) => {
                self.bytes += part.bytes.len() as u64;
                self.progress.set(self.bytes);
                tell(from, &Control::Ack { file, stream: part.stream, next }).await;
                Ok(())
            }
            Some((_, Err(fault))) => self.give_up(key, fault).await,
            None => Ok(()),
        }
    }

    async fn give_up(&mut self, key: Key, fault: Fault) -> Result<(), Stop> {
        match self.receiving.remove(&key) {
            Some(incoming) => self.fail(key, incoming, fault).await,
            None => Ok(()),
        }
    }

    async fn fail(&mut self, key: Key, incoming: Incoming, fault: Fault) -> Result<(), Stop> {
        self.receiving.remove(&key);
        let (peer, stream) = key;
        let (file, reason) = (incoming.offer.file.clone(), fault.reason().to_owned());
        tell(&peer, &Control::Stop { file: file.clone(), stream, reason }).await;
        let mut rest = String::new();
        if fault.is_final() {
            incoming.forget();
        } else {
            self.remember(file, incoming.stored());
            rest = format!("; what has come is in {}", incoming.partial());
        }
        match fault {
            Fault::Storage(error) => {
                Err(Stop::failed(format!("cannot save {:?}: {error}{rest}", incoming.offer.name)))
            }
            fault => self.refuse(&incoming.offer, &format!("{fault}{rest}")).await,
        }
    }

    /// The sender has ended a stream. What has come stays, for another try.
    async fn end(&mut self, from: &Peer, stream: Option<u32>, file: &str, reason: &str) -> Result<(), Stop> {
        let is_it = |key: &Key, offer: &Offer| {
            key.0 == *from && offer.file == file && stream.is_none_or(|stream| stream == key.1)
        };
        for (offer, stored) in self.receiving.remove_all(is_it) {
            self.refuse(&offer, &format!("its sender says {reason:?}")).await?;
            self.remember(offer.file, stored);
        }
        Ok(())
    }

    /// A file may come again. Of many that may, the oldest are forgotten.
    fn remember(&mut self, file: String, stored: u64) {
        let index = self.lost.iter().position(|(lost, _)| *lost == file);
        let before = index.and_then(|index| self.lost.remove(index));
        self.lost.push_back((file, before.map_or(0, |(_, before)| before).max(stored)));
        if self.lost.len() > LOST_MAX
            && let Some((_, stored)) = self.lost.pop_front()
        {
            self.kept = self.kept.saturating_add(stored);
        }
    }

    /// So much is stored of a file that is lost.
    fn note(&mut self, file: &str, stored: u64) {
        let lost = self.lost.iter_mut().filter(|(lost, _)| lost == file);
        lost.for_each(|(_, bytes)| *bytes = stored);
    }

    async fn lose(&mut self, peer: &Peer) -> Result<(), Stop> {
        self.offers.remove(peer).into_iter().for_each(|file| self.remember(file, 0));
        for (offer, stored) in self.receiving.remove_all(|key, _| key.0 == *peer) {
            let (name, share) = (&offer.name, offer.share(stored));
            self.report.say(&format!("{name:?} is interrupted at {share} %: its sender has left"));
            self.report.object("file-interrupted", json!({ "file": name })).await?;
            self.remember(offer.file, stored);
        }
        Ok(())
    }

    async fn give_up_late(&mut self) -> Result<(), Stop> {
        for key in self.receiving.late() {
            self.offers.put_last(&key.0);
            self.give_up(key, Fault::Stalled).await?;
        }
        Ok(())
    }

    /// Pages of the chat hear only those who greet. Whoever comes may offer what was lost.
    async fn greet(&mut self, peer: &Peer) {
        // Whoever has gone is told by an event.
        let _ = peer.send(HELLO).await;
        if !self.lost.is_empty() {
            let files = self.lost.iter().rev().take(SEEK_MAX).map(|(file, _)| file.clone()).collect();
            tell(peer, &Control::Seek { files }).await;
        }
    }
}

/// Whoever has gone is told by an event.
async fn tell(peer: &Peer, control: &Control) {
    let _ = peer.send(control.text()).await;
}

//! Routes messages of clients: to all others, or to one.

use std::time::Instant;

use nws_protocol::link::Record;
use nws_protocol::structured::{Notice, Refusal};
use nws_protocol::websocket::Violation;

use super::delivery::OutboxFrame;
use super::rosters::{Client, Holder};
use super::said::Said;
use super::serve::Serve;
use super::{Channels, ConnId, Framing};

/// The recipient of a message to one peer.
pub(super) enum Route {
    /// To a member of this proxy.
    Here(ConnId),
    /// To a member of another proxy.
    Elsewhere { group: ConnId, number: u32 },
    /// To another proxy that has not admitted the sender.
    NotAdmitted,
    /// There is no such peer.
    Nowhere,
}

/// A client that says something short, which is processed at once.
struct Speaker<'c> {
    channels: &'c mut Channels,
    conn: ConnId,
    now: Instant,
}

impl Serve for Speaker<'_> {
    type Outcome = ();

    #[inline]
    fn broadcast(self, said: Said<'_>) {
        self.channels.broadcast(self.conn, said, self.now);
    }

    #[inline]
    fn message(self, target: &str, said: Said<'_>) {
        self.channels.message(self.conn, target, said);
    }

    fn stream(self, target: &str, stream: u32, said: Said<'_>) {
        self.channels.stream(self.conn, target, stream, said);
    }

    fn status(self, knows_streams: bool) {
        self.channels.on_status(self.conn, knows_streams);
    }

    fn too_big(self) {
        self.channels.reject(self.conn, self.now);
    }

    fn refused(self, refusal: &Refusal<'_>) {
        self.channels.tell_error(self.conn, refusal);
    }
}

impl Channels {
    pub(super) fn on_text(&mut self, conn: ConnId, text: &str, now: Instant) {
        if let Some(framing) = self.speaks(conn, text.len(), now) {
            let max = self.config.message_max;
            Speaker { channels: self, conn, now }.text(framing, text, max);
        }
    }

    pub(super) fn on_binary(&mut self, conn: ConnId, bytes: &[u8], now: Instant) {
        if let Some(framing) = self.speaks(conn, bytes.len(), now) {
            let max = self.config.message_max;
            Speaker { channels: self, conn, now }.binary(framing, bytes, max);
        }
    }

    /// The framing of `conn`, if it is a client that is present and not ignored.
    #[inline]
    pub(super) fn speaker(&mut self, conn: ConnId, now: Instant) -> Option<Framing> {
        let client = self.rosters.client_mut(conn)?;
        client.heard = now;
        Some(client.framing)
    }

    /// The same for a client that sends a message of so many bytes, which counts.
    #[inline]
    pub(super) fn speaks(&mut self, conn: ConnId, bytes: usize, now: Instant) -> Option<Framing> {
        let client = self.rosters.client_mut(conn)?;
        client.heard = now;
        client.messages += 1;
        client.bytes += bytes as u64;
        Some(client.framing)
    }

    fn broadcast(&mut self, from: ConnId, said: Said<'_>, now: Instant) {
        let Some(sender) = self.rosters.client(from) else { return };
        let to = self.audience(sender.channel, Some(sender.framing), Some(sender.number));
        if self.batch.add(from, said, &sender.id, to, now) {
            self.deliver();
        }
    }

    fn message(&mut self, from: ConnId, target: &str, said: Said<'_>) {
        self.deliver();
        match self.route(from, target) {
            Route::Here(to) => {
                let Self { rosters, delivery, encoded, .. } = self;
                if let (Some(recipient), Some(sender)) = (rosters.client(to), rosters.client(from)) {
                    encoded.clear();
                    said.write_to(encoded, recipient, &sender.id);
                    let frame = delivery.frame(encoded, 1);
                    delivery.send(to, from, &frame);
                }
            }
            Route::Elsewhere { group, number } => {
                let Some(sender) = self.rosters.client(from) else { return };
                let member = sender.number;
                self.send_record(
                    group,
                    from,
                    Record::Message { member, target: number, payload: said.payload() },
                );
            }
            Route::NotAdmitted => self.tell_not_admitted(from, target),
            Route::Nowhere => self.tell_error(from, &Refusal::unknown_target(target)),
        }
    }

    /// The recipient of a message from `from` to `target`.
    #[inline]
    pub(super) fn route(&self, from: ConnId, target: &str) -> Route {
        let Some(sender) = self.rosters.client(from) else { return Route::Nowhere };
        let channel = self.rosters.channel(sender.channel);
        match channel.and_then(|channel| channel.find(target)) {
            Some(Holder::Here(to)) if self.rosters.client(to).is_some() => Route::Here(to),
            Some(Holder::Elsewhere { group: conn, number }) => match self.rosters.group(conn) {
                Some(group) if group.not_admitted.contains(&sender.number) => Route::NotAdmitted,
                Some(_) => Route::Elsewhere { group: conn, number },
                None => Route::Nowhere,
            },
            Some(Holder::Here(_)) | None => Route::Nowhere,
        }
    }

    /// Closes a client whose message is too large.
    #[cold]
    fn reject(&mut self, conn: ConnId, now: Instant) {
        let Violation { code, reason } = Violation::TOO_BIG;
        self.close(conn, code, reason, now);
    }

    /// Sends a record to another proxy. It counts as the debt of `cause`.
    pub(super) fn send_record(&mut self, group: ConnId, cause: ConnId, record: Record<'_>) {
        let Self { delivery, encoded, .. } = self;
        encoded.clear();
        record.write(encoded);
        let frame = delivery.frame(encoded, 1);
        delivery.send(group, cause, &frame);
    }

    pub(super) fn tell_status(&mut self, conn: ConnId) {
        self.deliver();
        let Self { rosters, delivery, encoded, config, .. } = self;
        let Some(client) = rosters.client(conn) else { return };
        encoded.clear();
        let Client { id: you, knows_streams: has_streams, .. } = client;
        Notice::Status { you, message_max: config.message_max, has_streams: *has_streams }
            .write_frame(encoded);
        delivery.send(conn, conn, &OutboxFrame::Copied(encoded));
    }

    pub(super) fn tell_error(&mut self, conn: ConnId, refusal: &Refusal<'_>) {
        self.tell_error_because_of(conn, conn, refusal);
    }

    /// Tells a client of a fault. The frame counts as the debt of `cause`, which may be held back
    /// for that.
    pub(super) fn tell_error_because_of(&mut self, cause: ConnId, conn: ConnId, refusal: &Refusal<'_>) {
        self.deliver();
        let Refusal { code, reason, target, stream } = refusal;
        self.encoded.clear();
        let error = Notice::Error { code: *code, reason, target: target.as_deref(), stream: *stream };
        error.write_frame(&mut self.encoded);
        self.delivery.send(conn, cause, &OutboxFrame::Copied(&self.encoded));
    }
}

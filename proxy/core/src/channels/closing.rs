//! Ends connections: as the client wishes, because of a fault, because it reads too slowly, or because
//! the proxy stops.

use std::time::Instant;

use nws_protocol::CloseCode;
use nws_protocol::structured::LeaveReason;
use nws_protocol::websocket::{self, Opcode};

use super::delivery::Verdict;
use super::rosters::Member;
use super::{Channels, ConnId, Cut, Output};

impl Channels {
    /// Queues a close frame and takes the connection out of its channel. What the client says from
    /// now on is ignored.
    pub(super) fn close(&mut self, conn: ConnId, code: CloseCode, reason: &str, now: Instant) {
        self.finish(conn, None, now, |out| websocket::write_close(out, code, reason));
    }

    /// The client closed: the reply has the code that it gave (RFC 6455, section 5.5.1).
    pub(super) fn on_peer_closed(&mut self, conn: ConnId, code: Option<u16>, now: Instant) {
        self.finish(conn, None, now, |out| match code {
            Some(code) => websocket::write_frame(out, Opcode::Close, [&code.to_be_bytes()]),
            None => websocket::write_frame(out, Opcode::Close, []),
        });
    }

    /// Ends the connection of a client that is present. That of a group ends with its link.
    fn finish(
        &mut self,
        conn: ConnId,
        reason: Option<LeaveReason>,
        now: Instant,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        match self.rosters.member(conn) {
            Some(Member::Client(_)) => self.end_client(conn, reason, now, write),
            Some(Member::Group(_)) => self.end_group(conn, now),
            Some(Member::Reserved(_) | Member::Closing { .. }) | None => {}
        }
    }

    /// Takes a client out of its channel, if it is in one, and ends its connection after a last
    /// frame.
    pub(super) fn end_client(
        &mut self,
        conn: ConnId,
        reason: Option<LeaveReason>,
        now: Instant,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        let until = now + self.config.close_time;
        self.deliver();
        self.delivery.begin_closing(conn);
        if let Some(member) = self.rosters.set(conn, Member::Closing { until }) {
            self.leave(conn, member, reason, now);
        }
        self.agenda.set(conn, until);
        self.encoded.clear();
        write(&mut self.encoded);
        self.delivery.finish(conn, &self.encoded, now);
    }

    pub(super) fn refuse(&mut self, conn: ConnId, code: CloseCode, reason: &str, now: Instant) {
        if !self.rosters.is_known(conn) {
            self.delivery.open_client(conn);
        }
        match self.rosters.member(conn) {
            Some(Member::Reserved(_) | Member::Client(_)) | None => {
                self.end_client(conn, None, now, |out| websocket::write_close(out, code, reason));
            }
            Some(Member::Group(_)) => self.end_group(conn, now),
            Some(Member::Closing { .. }) => {}
        }
    }

    pub(super) fn shutdown(&mut self, now: Instant) {
        self.is_stopping = true;
        self.deliver();
        self.rosters.close_all();
        for conn in self.rosters.conns() {
            self.close_as_stopping(conn, now);
        }
    }

    pub(super) fn close_as_stopping(&mut self, conn: ConnId, now: Instant) {
        self.close(conn, CloseCode::GoingAway, "the proxy stops", now);
    }

    pub(super) fn on_gone(&mut self, conn: ConnId, now: Instant) {
        self.deliver();
        if let Some(member) = self.rosters.remove(conn) {
            self.leave(conn, member, None, now);
        }
        self.agenda.forget(conn);
        self.delivery.remove(conn, now);
    }

    /// Ends a recipient that reads too slowly: a client is closed, and a group with its link.
    pub(super) fn cut(&mut self, Verdict { conn, why }: Verdict, now: Instant) {
        if self.rosters.group(conn).is_some() {
            return self.end_group(conn, now);
        }
        let Some(waiting) = self.delivery.drop_waiting(conn) else { return };
        if let Some(client) = self.rosters.client(conn) {
            let cut = Cut { peer: client.id.clone(), why, waiting };
            if let Some(channel) = self.rosters.channel(client.channel) {
                self.history.note_cut(channel.key.clone(), &cut, now);
            }
            self.delivery.ask(Output::Cut(Box::new(cut)));
        }
        let reason = format!("read too slowly: {why}");
        self.end_client(conn, Some(LeaveReason::Slow), now, |out| {
            websocket::write_close(out, CloseCode::TryAgainLater, &reason);
        });
    }
}

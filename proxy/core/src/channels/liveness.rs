//! Pings clients, closes those that are silent, and ends connections that are closing.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use nws_protocol::CloseCode;
use nws_protocol::websocket::{self, Opcode};
use slotmap::SecondaryMap;

use super::delivery::OutboxFrame;
use super::rosters::Member;
use super::{Channels, ConnId, Output, Turn};

/// A visit may be late by this part of the ping interval, so that one wake-up serves many clients.
const SLACK: u32 = 64;

/// How often a client that was pinged and has not answered is looked at until the next ping. So a
/// standstill of this process takes at most this part of the client's time for an answer.
const LOOKS: u32 = 8;

/// However long the ping interval is, closing connections are reset in time.
const SLACK_MAX: Duration = Duration::from_millis(500);

/// When each connection is to be visited. Each has at most one entry, and connections that have
/// gone have none.
#[derive(Default)]
pub(super) struct Agenda {
    visits: BTreeSet<(Instant, ConnId)>,
    by_conn: SecondaryMap<ConnId, Instant>,
    slack: Duration,
}

impl Agenda {
    pub(super) fn with_interval(interval: Duration) -> Self {
        Self { slack: (interval / SLACK).min(SLACK_MAX), ..Self::default() }
    }

    /// Visits `conn` at this time, and not at another one that was set for it before.
    pub(super) fn set(&mut self, conn: ConnId, at: Instant) {
        if let Some(before) = self.by_conn.insert(conn, at) {
            self.visits.remove(&(before, conn));
        }
        self.visits.insert((at, conn));
    }

    pub(super) fn forget(&mut self, conn: ConnId) {
        if let Some(at) = self.by_conn.remove(conn) {
            self.visits.remove(&(at, conn));
        }
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.visits.first().map(|(at, _)| *at + self.slack)
    }

    fn pop_due(&mut self, now: Instant) -> Option<(Instant, ConnId)> {
        let visit = *self.visits.first().filter(|(at, _)| *at <= now)?;
        self.forget(visit.1);
        Some(visit)
    }
}

impl Channels {
    pub(super) fn heard(&mut self, conn: ConnId, now: Instant) {
        if let Some(client) = self.rosters.client_mut(conn) {
            client.heard = now;
        }
    }

    pub(super) fn on_ping(&mut self, conn: ConnId, payload: &[u8], now: Instant) {
        let Some(client) = self.rosters.client_mut(conn) else { return };
        client.heard = now;
        self.encoded.clear();
        websocket::write_frame(&mut self.encoded, Opcode::Pong, [payload]);
        self.delivery.send(conn, conn, &OutboxFrame::Copied(&self.encoded));
    }

    pub(super) fn visit_due(&mut self, turn: &mut Turn, now: Instant) {
        let mut visited = false;
        while !turn.is_over()
            && let Some((due, conn)) = self.agenda.pop_due(now)
        {
            turn.spend_visits(1);
            self.visit(conn, due, now);
            visited = true;
        }
        if visited {
            self.delivery.trim();
        }
    }

    fn visit(&mut self, conn: ConnId, due: Instant, now: Instant) {
        match self.rosters.member(conn) {
            Some(Member::Closing { until }) if *until <= now => self.delivery.ask(Output::Reset { conn }),
            Some(Member::Client(_)) => self.visit_client(conn, due, now),
            Some(Member::Closing { .. } | Member::Reserved(_) | Member::Group(_)) | None => {}
        }
    }

    fn visit_client(&mut self, conn: ConnId, due: Instant, now: Instant) {
        let Self { rosters, delivery, agenda, config, encoded, .. } = self;
        let Some(client) = rosters.client_mut(conn) else { return };
        // A sender that is held is not read, so its silence begins when it is released.
        let read_since = if delivery.is_held(conn) { Some(now) } else { delivery.last_release(conn) };
        client.heard = read_since.map_or(client.heard, |since| client.heard.max(since));
        let alive = delivery.last_progress(conn).map_or(client.heard, |progress| client.heard.max(progress));
        let silent_until = alive + config.silence_max;
        if silent_until <= now {
            return self.close(conn, CloseCode::GoingAway, "silent for too long", now);
        }
        let interval = config.ping_interval;
        let is_asked = due >= client.asked + interval;
        if is_asked {
            client.asked = if due + interval > now { due } else { now };
        }
        let ping = client.asked + interval;
        let look = if client.heard > client.asked { ping } else { now + interval / LOOKS };
        agenda.set(conn, silent_until.min(ping).min(look));
        if is_asked {
            delivery.free_spare(conn);
            encoded.clear();
            websocket::write_frame(encoded, Opcode::Ping, []);
            delivery.send(conn, conn, &OutboxFrame::Copied(encoded));
        }
    }
}

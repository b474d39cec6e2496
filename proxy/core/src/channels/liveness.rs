//! Liveness: pings, clients that have fallen silent, and the end of closing connections.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use nws_protocol::CloseCode;
use nws_protocol::websocket::{self, Opcode};
use slotmap::SecondaryMap;

use super::member::{Member, State};
use super::{Channels, ConnId, Output, Turn};

/// Visits may be late by this part of the interval of pings, so that one wake-up serves many.
const SLACK: u32 = 64;

/// How often one that was pinged and has not answered is looked at until the next ping: so that a standstill of
/// this process costs it no more of its time than such a part.
const LOOKS: u32 = 8;

/// However rare pings are, those that close are reset in time.
const SLACK_MAX: Duration = Duration::from_millis(500);

/// When which connection is to be visited: each once at most, and none that has gone.
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
        if let Some(member) = self.members.get_mut(conn) {
            member.heard = now;
        }
    }

    pub(super) fn on_ping(&mut self, conn: ConnId, payload: &[u8], now: Instant) {
        self.heard(conn, now);
        if self.members.get(conn).is_some_and(Member::is_open) {
            self.queue_with(conn, conn, |out| websocket::write_frame(out, Opcode::Pong, [payload]));
        }
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
            self.pool.trim();
        }
    }

    fn visit(&mut self, conn: ConnId, due: Instant, now: Instant) {
        let Some(member) = self.members.get_mut(conn) else { return };
        match member.state {
            State::Closing { until } if until <= now => self.outputs.push_back(Output::Reset { conn }),
            State::Closing { .. } | State::Reserved => {}
            State::Open => self.visit_open(conn, due, now),
        }
    }

    fn visit_open(&mut self, conn: ConnId, due: Instant, now: Instant) {
        let Some(member) = self.members.get_mut(conn) else { return };
        if member.holders > 0 {
            // Nobody has listened: the sender was held back.
            member.heard = now;
        }
        let progress = member.lag.as_ref().map_or(member.heard, |lag| lag.progress);
        let silent_until = member.heard.max(progress) + self.config.silence_max;
        if silent_until <= now {
            return self.close(conn, CloseCode::GoingAway, "silent for too long", now);
        }
        let interval = self.config.ping_interval;
        let is_asked = due >= member.asked + interval;
        if is_asked {
            member.asked = if due + interval > now { due } else { now };
        }
        let ping = member.asked + interval;
        let look = if member.heard > member.asked { ping } else { now + interval / LOOKS };
        self.agenda.set(conn, silent_until.min(ping).min(look));
        if is_asked {
            self.queue_with(conn, conn, |out| websocket::write_frame(out, Opcode::Ping, []));
        }
    }
}

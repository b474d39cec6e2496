//! Does what the session says.

use std::time::Duration;

use nws_client_core::session::{Input, ROOT, Step};
use nws_client_core::{ABNORMAL, Failure, ReadyState};
use nws_protocol::structured::{Arrival, LeaveReason, STATUS_WITH_STREAMS};

use super::{State, failures};
use crate::event::{Closed, Gap};
use crate::inbox::Item;
use crate::outbox::Frame;
use crate::{Departure, Error, platform};

/// What the task of the connection is to do.
#[derive(Debug, PartialEq)]
pub(crate) enum Command {
    Locate,
    Dial,
    /// Close the connection and forget it.
    Abandon,
    /// Wait for so many milliseconds, instead of what was waited for before.
    Wait(f64),
    CancelWait,
    GatherFacts,
    /// Tell that the channel has been closed in this way.
    Leave(End),
}

/// How something ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) code: u16,
    pub(crate) reason: String,
}

impl Default for End {
    fn default() -> Self {
        Self { code: ABNORMAL, reason: String::new() }
    }
}

/// What an input is about.
#[derive(Debug, Default)]
pub(crate) struct About<'a> {
    pub(crate) end: End,
    pub(crate) arrival: Option<Arrival<'a>>,
}

impl State {
    pub(super) fn take_steps(&mut self, about: &mut About<'_>) {
        while let Some(step) = self.session.next_step() {
            self.take_step(step, about);
        }
    }

    pub(super) fn take_step(&mut self, step: Step, about: &mut About<'_>) {
        match step {
            Step::Locate => self.command(Command::Locate),
            Step::Dial => self.command(Command::Dial),
            Step::GatherFacts => self.command(Command::GatherFacts),
            Step::Wait(milliseconds) => self.command(Command::Wait(f64::from(milliseconds))),
            Step::CancelWait => self.command(Command::CancelWait),
            Step::LeaveSoon => self.command(Command::Leave(about.end.clone())),
            Step::Abandon | Step::Unlisten => {
                self.connection = ReadyState::Closed;
                self.outbox.clear();
                self.command(Command::Abandon);
            }
            Step::CloseConnection => {
                self.connection = ReadyState::Closing;
                self.outbox.push(Frame::Close(about.end.code, about.end.reason.clone()));
            }
            Step::AskStatus => self.outbox.push(Frame::Text(STATUS_WITH_STREAMS.to_owned())),
            // Nobody can ask for what was not sent.
            Step::RetainUnsent { .. } => {}
            Step::ClearId => (self.id, self.message_max) = (None, None),
            Step::Open => self.open(about),
            Step::Sync => {
                let is_settled = matches!(about.arrival, Some(Arrival::Welcome { is_settled: true, .. }));
                self.happen(Item::Sync(is_settled));
            }
            // They are dealt with where what is said is known.
            Step::Broadcast | Step::Direct => {}
            Step::Complain => self.complain(about),
            Step::Arrive(serial) => self.arrive(serial, about),
            // A peer can be spoken to as soon as it is known.
            Step::Greet(_) => {}
            Step::Depart(serial) => self.depart(serial, about),
            Step::Fail { failure, is_fatal } => self.fail(failure, is_fatal, &about.end),
            Step::Pause { attempt } => self.pause(attempt, &about.end),
            Step::Closed { is_lost } => self.end(is_lost, &about.end),
        }
    }

    fn command(&mut self, command: Command) {
        self.commands.push_back(command);
    }

    fn open(&mut self, about: &About<'_>) {
        let (you, message_max) = match &about.arrival {
            Some(Arrival::Status { you, message_max, .. }) => (Some(you), *message_max),
            Some(Arrival::Connect { you, .. } | Arrival::Error { you: Some(you), .. }) => (Some(you), None),
            _ => (None, None),
        };
        let id: std::sync::Arc<str> = you.map_or("", |you| you).into();
        (self.id, self.message_max) = (Some(id.clone()), message_max);
        self.admitted = platform::now();
        self.error = None;
        self.opened(Ok(()));
        self.happen(Item::Open(id));
        self.send_kept();
    }

    pub(super) fn opened(&mut self, result: Result<(), Error>) {
        if self.opening.is_none() {
            self.opening = Some(result);
            self.openers.wake();
        }
    }

    fn complain(&mut self, about: &About<'_>) {
        if let Some(Arrival::Error { code, reason, target, .. }) = &about.arrival {
            let target = target.as_ref().map(|target| target.to_string());
            let (code, reason) = (code.to_string(), reason.to_string());
            self.happen(Item::Fault(Box::new(Error::Fault { code, reason, target })));
        }
    }

    fn arrive(&mut self, serial: u32, about: &About<'_>) {
        if let Some(Arrival::Connect { peer, .. }) = &about.arrival {
            let peer = self.new_peer(peer, serial);
            self.roster.insert(peer.clone());
            self.happen(Item::Connect(peer));
        }
    }

    fn depart(&mut self, serial: u32, about: &About<'_>) {
        if let Some(peer) = self.roster.remove(serial) {
            peer.leave(match &about.arrival {
                Some(Arrival::Disconnect { reason: Some(LeaveReason::Slow), .. }) => Departure::Slow,
                Some(_) => Departure::Left,
                None => Departure::Lost,
            });
            self.lose_streams(&peer);
            self.happen(Item::Disconnect(peer));
        }
    }

    fn fail(&mut self, failure: Failure, is_fatal: bool, end: &End) {
        let error = self.error_of(failure, end);
        if !is_fatal && matches!(failure, Failure::BadFrame | Failure::TooBig) {
            return self.happen(Item::Fault(Box::new(error)));
        }
        self.error = Some(error.clone());
        self.opened(Err(error));
    }

    fn pause(&mut self, attempt: u32, end: &End) {
        let delay = self.session.delay(platform::chance());
        self.command(Command::Wait(delay));
        let gap = Gap {
            attempt,
            delay: Duration::from_secs_f64(delay / 1000.0),
            code: end.code,
            reason: end.reason.clone(),
            error: self.error.clone().or_else(|| failures::of_slowness(end.code, &end.reason)),
        };
        self.happen(Item::Reconnecting(Box::new(gap)));
    }

    fn end(&mut self, is_lost: bool, end: &End) {
        let End { code, reason } = if is_lost { End::default() } else { end.clone() };
        let error =
            (!self.is_leaving).then(|| self.error.take().unwrap_or_else(|| failures::of_end(code, &reason)));
        self.opened(Err(error.clone().unwrap_or(Error::Closed)));
        self.happen(Item::Closed(Box::new(Closed { code, reason, error })));
        self.kept.clear();
        self.outbox.senders().wake();
        self.wake_driver();
    }

    /// Tells the session that the task has ended in which the program closed the channel.
    pub(crate) fn leave(&mut self, end: End) {
        self.tell(Input::Left(ROOT), &mut About { end, ..About::default() });
    }
}

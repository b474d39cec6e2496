//! The connections of a channel, one attempt after the other, as long as the page wants it.

use super::agenda::Task;
use super::{Session, Step};
use crate::close;
use crate::failure::{Fact, Failure};
use crate::reconnect::LASTING_MS;
use crate::state::ReadyState;

/// How long the end of a connection may be told after its failure, in milliseconds.
const CLOSE_MS: u16 = 100;
/// How long a proxy may take to tell the own id before the page looks for the reason, in milliseconds.
const WELCOME_MS: u16 = 3000;

/// The phase of a channel between its page and its proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The proxy is looked for, the connection opens, or the own id is awaited.
    Starting,
    /// The proxy has told the own id.
    Admitted,
    /// The attempt has failed, and the reason is looked for.
    Failing,
    /// It waits for the first attempt, or for the next one.
    Pausing,
}

impl Session {
    pub(super) fn on_awake(&mut self, lasted: f64) {
        if self.phase == Phase::Pausing {
            self.phase = Phase::Starting;
            self.put(Step::Locate);
        } else if !self.is_broken {
            self.put(Step::GatherFacts);
        } else if self.state == ReadyState::Connecting {
            self.on_facts(Fact::Barred.number());
        } else {
            self.on_disconnected(close::ABNORMAL, lasted);
            self.put(Step::Unlisten);
        }
    }

    pub(super) fn on_located(&mut self) {
        let is_awaited = self.phase == Phase::Starting && !self.is_connected;
        if self.state == ReadyState::Connecting && is_awaited {
            self.is_connected = true;
            self.is_broken = false;
            self.put(Step::Dial);
        }
    }

    pub(super) fn on_unlocated(&mut self) {
        if self.state == ReadyState::Connecting {
            self.fail(Failure::NoEndpoint);
        }
    }

    pub(super) fn on_connected(&mut self) {
        self.agenda.put(&[Task::Do(Step::AskStatus), Task::Do(Step::Wait(WELCOME_MS))]);
    }

    pub(super) fn on_broken(&mut self) {
        self.is_broken = true;
        self.put(Step::Wait(CLOSE_MS));
    }

    /// An attempt that has failed is reported. One that still waits for the own id fails too, if the
    /// facts explain why.
    pub(super) fn on_facts(&mut self, facts: u32) {
        let is_failing = self.phase == Phase::Failing;
        let failure = Failure::of_facts(facts).or(is_failing.then_some(Failure::Unreached));
        if let Some(failure) = failure
            && self.state == ReadyState::Connecting
            && self.phase != Phase::Pausing
        {
            self.fail(failure);
            self.abandon();
        }
    }

    /// The pause before the next attempt, in milliseconds. `chance` is random, from 0 to 1.
    #[must_use]
    pub fn delay(&self, chance: f64) -> f64 {
        self.policy.map_or(0.0, |policy| policy.delay(self.attempts, chance))
    }

    /// The page closes the channel.
    pub(super) fn close_channel(&mut self) {
        self.state = ReadyState::Closing;
        self.peers.values_mut().for_each(|state| *state = ReadyState::Closing);
        // Nothing more will come from a broken connection, or from an attempt that has not succeeded
        // yet. Otherwise the end of the connection is that of the channel.
        let is_futile = self.phase != Phase::Admitted && (self.is_broken || self.policy.is_some());
        if self.is_connected && !is_futile {
            self.put(Step::CloseConnection);
        } else {
            self.put(Step::LeaveSoon);
            self.abandon();
        }
        self.put(Step::CancelWait);
    }

    /// Ends a channel that the page has closed while there was no connection.
    pub(super) fn give_up(&mut self) {
        self.finish((!self.has_opened).then_some(Failure::Abandoned), !self.has_opened);
    }

    pub(super) fn on_disconnected(&mut self, code: u16, lasted: f64) {
        let goes_on = self.policy.is_some() && self.state == ReadyState::Open;
        if self.phase == Phase::Admitted {
            self.lose(code, lasted);
        } else if self.state == ReadyState::Closing {
            self.give_up();
        } else {
            self.phase = Phase::Failing;
            if code == close::ABNORMAL {
                self.put(Step::GatherFacts);
            } else {
                self.fail(Failure::of_code(code).unwrap_or(Failure::Unreached));
            }
        }
        let retain = Task::Do(Step::RetainUnsent { all: !goes_on });
        self.agenda.put(&[Task::Do(Step::CancelWait), retain, Task::Disconnect]);
    }

    /// Ends an attempt.
    fn abandon(&mut self) {
        if self.is_connected {
            self.is_connected = false;
            self.put(Step::Abandon);
        }
    }

    fn lose(&mut self, code: u16, lasted: f64) {
        if lasted >= LASTING_MS {
            self.attempts = 0;
        }
        let lasting = Failure::of_code(code).filter(|failure| !failure.may_pass());
        let may_go_on = self.state == ReadyState::Open && lasting.is_none();
        if self.policy.is_none() || !may_go_on {
            return self.finish(lasting.or(self.is_broken.then_some(Failure::Broken)), false);
        }
        self.state = ReadyState::Connecting;
        self.phase = Phase::Pausing;
        self.agenda.put(&[Task::Do(Step::ClearId), Task::DepartAll, Task::Pause]);
    }

    /// Handles a failed attempt. While attempts go on, the page is told of a failure only if it
    /// differs from the last one.
    #[inline(never)]
    fn fail(&mut self, failure: Failure) {
        let goes_on = self.policy.is_some() && failure.may_pass();
        if goes_on {
            self.agenda.put(&[Task::Pause]);
        } else {
            self.state = ReadyState::Closed;
            self.put(Step::Closed { is_lost: false });
        }
        if self.told.replace(failure) != Some(failure) {
            self.put(Step::Fail { failure, is_fatal: !goes_on });
        }
    }

    #[inline(never)]
    fn finish(&mut self, failure: Option<Failure>, is_lost: bool) {
        self.state = ReadyState::Closed;
        self.put(Step::Closed { is_lost });
        if let Some(failure) = failure {
            self.put(Step::Fail { failure, is_fatal: true });
        }
        self.agenda.put(&[Task::DepartAll]);
    }
}

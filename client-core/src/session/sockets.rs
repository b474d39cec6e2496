//! The sockets: what the proxy sends about them, and how the page closes them.

use super::agenda::Task;
use super::{Phase, ROOT, Session, Step};
use crate::action::Action;
use crate::backlog::Backlog;
use crate::failure::Failure;
use crate::state::ReadyState;

impl Session {
    pub(super) fn on_frame(&mut self, action: Action, peer: Option<u32>) {
        if self.state >= ReadyState::Closing {
            return;
        }
        match (action, peer) {
            (Action::Broadcast | Action::Message, _) => {
                if let Some(step) = self.message_step(action, peer) {
                    self.put(step);
                }
            }
            (Action::Connect, None) => self.admit(&[Task::Arrive]),
            (Action::Connect | Action::Status, _) => self.admit(&[]),
            (Action::Disconnect, Some(peer)) => self.agenda.put(&[Task::Depart(peer)]),
            (Action::Welcome, _) if self.state == ReadyState::Open => self.put(Step::Sync),
            // An error that comes first has the own id too.
            (Action::Error, _) => self.admit(&[Task::Do(Step::Complain)]),
            (Action::Unreadable, _) if self.phase == Phase::Admitted => {
                self.put(Step::Fail { failure: Failure::BadFrame, is_fatal: false });
            }
            // Nothing to do: a peer has left that never came; streams are not of the session; a later
            // proxy sends something new. What is no frame before the own id is told has its reason
            // in the status of the proxy.
            (
                Action::Unreadable | Action::Disconnect | Action::Welcome | Action::Stream | Action::Later,
                _,
            ) => {}
        }
    }

    /// The step that follows when a peer says something, if any does. It changes nothing, so whoever
    /// calls this does not tell the frame.
    #[must_use]
    pub fn message_step(&self, action: Action, peer: Option<u32>) -> Option<Step> {
        let is_direct = action == Action::Message;
        let is_heard = self.state < ReadyState::Closing
            // The page may have closed its socket to the sender.
            && (!is_direct || peer.is_some_and(|peer| self.own(peer) == ReadyState::Open));
        is_heard.then_some(if is_direct { Step::Direct } else { Step::Broadcast })
    }

    pub(super) fn on_too_big(&mut self) {
        if self.state == ReadyState::Open {
            self.put(Step::Fail { failure: Failure::TooBig, is_fatal: false });
        }
    }

    pub(super) fn on_left(&mut self, serial: u32) {
        if serial == ROOT {
            self.give_up();
        } else {
            self.agenda.put(&[Task::Depart(serial)]);
        }
    }

    pub(super) fn close(&mut self, serial: u32) {
        if self.own(serial) >= ReadyState::Closing {
            return;
        }
        if serial == ROOT {
            self.close_channel();
        } else if let Some(peer) = self.peers.get_mut(&serial) {
            *peer = ReadyState::Closing;
            self.put(Step::LeaveSoon);
        }
    }

    /// Opens the channel's socket when the first frame tells the own id. Then comes the rest.
    fn admit(&mut self, rest: &[Task]) {
        self.agenda.put(rest);
        if self.phase != Phase::Admitted {
            self.phase = Phase::Admitted;
            self.has_opened = true;
            self.told = None;
            self.state = ReadyState::Open;
            self.agenda.put(&[Task::Do(Step::CancelWait), Task::Do(Step::Open)]);
        }
    }

    /// The step that a task means now, if it means any.
    pub(super) fn decide(&mut self, task: Task) -> Option<Step> {
        match task {
            Task::Do(step) => Some(step),
            Task::Disconnect => {
                self.is_connected = false;
                self.backlog = Backlog::default();
                None
            }
            // A handler of `open` may have closed the channel.
            Task::Arrive if self.state == ReadyState::Open => Some(self.arrive()),
            // A handler of `connect` may have closed either socket.
            Task::Greet(serial) if self.own(serial) == ReadyState::Connecting => {
                self.peers.insert(serial, ReadyState::Open);
                Some(Step::Greet(serial))
            }
            Task::Depart(serial) => self.peers.remove(&serial).map(|_| Step::Depart(serial)),
            Task::DepartAll => self.depart_next(),
            // A handler of `error` may have closed the channel.
            Task::Pause if self.state == ReadyState::Connecting => {
                self.phase = Phase::Pausing;
                self.attempts = self.attempts.saturating_add(1);
                Some(Step::Pause { attempt: self.attempts })
            }
            Task::Arrive | Task::Greet(_) | Task::Pause => None,
        }
    }

    fn arrive(&mut self) -> Step {
        self.last_serial += 1;
        let serial = self.last_serial;
        self.peers.insert(serial, ReadyState::Connecting);
        self.agenda.put(&[Task::Greet(serial)]);
        Step::Arrive(serial)
    }

    fn depart_next(&mut self) -> Option<Step> {
        let serial = self.peers.first()?;
        self.peers.remove(&serial);
        self.agenda.put(&[Task::DepartAll]);
        Some(Step::Depart(serial))
    }

    /// Adds a step that is done whatever happens before it.
    #[inline(never)]
    pub(super) fn put(&mut self, step: Step) {
        self.agenda.put(&[Task::Do(step)]);
    }
}

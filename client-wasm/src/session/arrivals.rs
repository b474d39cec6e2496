//! Handles what the proxy sends: the peers in the channel, and what they say.

use js_sys::Date;

use super::{Phase, Session};
use crate::action::Action;
use crate::close;
use crate::failure::Failure;
use crate::host::ROOT;
use crate::state::ReadyState;

impl Session {
    /// Takes a frame. `peer` is the state of the socket of the peer that it is about, if there is
    /// one.
    pub(crate) fn on_frame(&self, action: Option<Action>, peer: Option<ReadyState>) {
        if self.state.get() >= ReadyState::Closing {
            return;
        }
        match (action, peer) {
            (Some(Action::Broadcast), _) => self.host.broadcast(),
            (Some(Action::Message), Some(ReadyState::Open)) => self.host.direct(),
            (Some(Action::Connect), peer) => {
                self.admit();
                if peer.is_none() {
                    self.arrive();
                }
            }
            (Some(Action::Disconnect), Some(_)) => {
                self.host.set_end(close::GOING_AWAY, true);
                self.host.depart();
            }
            (Some(Action::Status), _) => self.admit(),
            (Some(Action::Welcome), _) if self.is(ReadyState::Open) => self.host.synced(),
            (Some(Action::Error), _) => {
                // An error that comes first has the own id too.
                self.admit();
                self.host.complain();
            }
            (Some(Action::Unreadable), _) => self.host.fail(Failure::BadFrame, false),
            // Nothing to do: the page has closed its socket to the sender; a peer has left that
            // never came; streams are not of the session; a later proxy sends something new.
            (Some(Action::Message | Action::Disconnect | Action::Welcome | Action::Stream) | None, _) => {}
        }
    }

    /// Opens the channel's socket when the first frame tells the own id.
    fn admit(&self) {
        if self.phase.replace(Phase::Admitted) != Phase::Admitted {
            self.host.cancel_wait();
            self.opened.set(true);
            self.admitted.set(Date::now());
            self.told.set(None);
            self.state.set(ReadyState::Open);
            let was_too_big = self.host.flush();
            self.host.opened();
            if was_too_big && self.is(ReadyState::Open) {
                self.host.fail(Failure::TooBig, false);
            }
        }
    }

    /// Fires `connect` at the channel, then `open` at the peer's socket.
    fn arrive(&self) {
        // A handler of `open` may have closed the channel, and a handler of `connect` may close
        // either socket.
        if self.is(ReadyState::Open) {
            let serial = self.last_serial.get() + 1;
            self.last_serial.set(serial);
            if self.host.arrive(serial) == ReadyState::Connecting.number() {
                self.host.greet();
            }
        }
    }

    /// Ends a socket that the page has closed.
    pub(crate) fn on_left(&self, serial: u32, own: ReadyState) {
        if serial == ROOT {
            self.give_up();
        } else if own != ReadyState::Closed {
            self.host.depart();
        }
    }
}

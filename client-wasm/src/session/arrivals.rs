//! What the proxy says: who is in the channel, and what they say.

use super::{Phase, Session};
use crate::action;
use crate::end;
use crate::failure::Failure;
use crate::host::ROOT;
use crate::state::ReadyState;

impl Session {
    /// Takes a frame. `peer` is the state of the socket of the peer that it is about, [`NOBODY`](ReadyState::NOBODY) if
    /// there is none.
    pub(crate) fn on_frame(&self, action: u8, peer: u16) {
        if self.state.get() >= ReadyState::Closing {
            return;
        }
        let is_known = peer != ReadyState::NOBODY;
        match action {
            action::BROADCAST => self.host.broadcast(),
            action::MESSAGE if peer == ReadyState::Open.number() => self.host.direct(),
            action::CONNECT => {
                self.admit();
                if !is_known {
                    self.arrive();
                }
            }
            action::DISCONNECT if is_known => {
                self.host.ends(end::GOING_AWAY, true);
                self.host.depart();
            }
            action::STATUS => self.admit(),
            action::ERROR => self.host.complain(),
            action::UNREADABLE => self.host.fail(Failure::BadFrame),
            // A later proxy may have more to say. The page has closed its socket to who sends a message, or somebody has
            // left who never came.
            _ => {}
        }
    }

    /// Opens the channel's socket when the first frame tells the own id.
    fn admit(&self) {
        if self.phase.replace(Phase::Admitted) != Phase::Admitted {
            self.host.calm();
            self.opened.set(true);
            self.attempts.set(0);
            self.told.set(None);
            self.state.set(ReadyState::Open);
            self.host.flush();
            self.host.opened();
        }
    }

    /// `connect` at the channel, then `open` at the peer.
    fn arrive(&self) {
        // A handler of `open` may just have closed the channel, and one of `connect` may close either.
        if self.is(ReadyState::Open) {
            let serial = self.last_serial.get() + 1;
            self.last_serial.set(serial);
            if self.host.arrive(serial) == ReadyState::Connecting.number() {
                self.host.greet();
            }
        }
    }

    /// Ends a socket that the page has closed by itself.
    pub(crate) fn on_left(&self, serial: u32, own: ReadyState) {
        if serial == ROOT {
            self.give_up();
        } else if own != ReadyState::Closed {
            self.host.depart();
        }
    }
}

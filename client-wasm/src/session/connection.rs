//! The life of a channel's connections: one attempt after the other, as far as the page wants it.

use js_sys::Math;
use wasm_bindgen::JsValue;

use super::Session;
use crate::backlog::Backlog;
use crate::end;
use crate::failure::{self, Failure};
use crate::host::ROOT;
use crate::reconnect::Policy;
use crate::socket::Socket;
use crate::state::ReadyState;
use crate::url;

/// The question to which the answer carries the own id.
const STATUS: &str = r#"{"action":"status"}"#;

/// Where a channel is between its page and its proxy.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The proxy is looked for, or the socket opens, or the own id is awaited.
    #[default]
    Starting,
    /// The proxy has told the own id.
    Admitted,
    /// The attempt has failed, and the reason is looked for.
    Failing,
    /// The next attempt will come.
    Pausing,
}

impl Session {
    pub(crate) fn connect(&self, endpoint: &str, protocols: &JsValue) -> Result<(), JsValue> {
        if self.is(ReadyState::Connecting) {
            let socket = Socket::connect(&url::join(endpoint, &self.path), protocols)?;
            self.broken.set(false);
            self.backlog.replace(Backlog::default());
            self.host.listen(&socket);
            self.socket.replace(Some(socket));
        }
        Ok(())
    }

    /// Asks for the own id.
    pub(crate) fn on_open(&self) {
        self.transmit(ROOT, &STATUS.into(), STATUS.len() as f64);
    }

    /// The page's own function could not tell where the proxy is.
    pub(crate) fn on_lost(&self, message: &str) {
        if self.is(ReadyState::Connecting) {
            self.host.ends(end::ABNORMAL, false);
            self.fail(failure::UNKNOWN, message);
        }
    }

    pub(crate) fn on_error(&self) {
        self.broken.set(true);
        // WebKit has no `close` for a connection that it blocks; elsewhere it comes in this very task.
        self.host.wait(0.0);
    }

    pub(crate) fn on_close(&self, code: u16) {
        self.host.calm();
        let goes_on = self.policy.is_some() && self.is(ReadyState::Open);
        self.host.strand(!goes_on);
        self.socket.take();
        if self.phase.get() == Phase::Admitted {
            self.lose();
        } else if self.is(ReadyState::Closing) {
            self.give_up();
        } else {
            self.phase.set(Phase::Failing);
            let Failure { reason, message } = Failure::to_open(code);
            self.fail(reason, message);
        }
    }

    pub(crate) fn on_wake(&self) {
        if self.broken.get() && self.socket.borrow().is_some() {
            self.host.unlisten();
            self.host.ends(end::ABNORMAL, false);
            self.on_close(end::ABNORMAL);
        } else if self.phase.get() == Phase::Pausing {
            self.phase.set(Phase::Starting);
            self.host.connect();
        }
    }

    /// The page has closed the channel while there was no connection.
    pub(super) fn give_up(&self) {
        if self.opened.get() {
            self.finish(None);
        } else {
            self.host.ends(end::ABNORMAL, false);
            self.finish(Some(failure::ABANDONED));
        }
    }

    /// Lets go of an attempt.
    pub(super) fn abandon(&self) {
        if let Some(socket) = self.socket.take() {
            self.host.unlisten();
            // Without a code, closing cannot fail.
            let _ = socket.close();
        }
    }

    /// Takes note that there is no connection any more.
    fn lose(&self) {
        let Some(policy) = self.policy.filter(|_| self.is(ReadyState::Open)) else {
            return self.finish(self.broken.get().then_some(failure::BROKEN));
        };
        self.state.set(ReadyState::Connecting);
        self.phase.set(Phase::Pausing);
        self.host.forget();
        self.host.depart_all();
        self.pause(policy);
    }

    /// Takes note of a failed attempt. While it is tried again, the page hears of a reason when it is another one.
    fn fail(&self, reason: &'static str, message: &str) {
        let policy = self.policy.filter(|_| failure::may_pass(reason));
        if policy.is_none() {
            self.state.set(ReadyState::Closed);
        }
        if self.told.replace(reason) != reason {
            self.host.error(reason, message);
        }
        match policy {
            Some(policy) => self.pause(policy),
            None => self.host.closed(),
        }
    }

    /// Waits for the next attempt, unless a handler has just closed the channel.
    fn pause(&self, policy: Policy) {
        if self.is(ReadyState::Connecting) {
            self.phase.set(Phase::Pausing);
            let attempt = self.attempts.get().saturating_add(1);
            self.attempts.set(attempt);
            let delay = policy.delay(attempt, Math::random());
            self.host.wait(delay);
            self.host.reconnecting(attempt, delay);
        }
    }

    fn finish(&self, failure: Option<Failure>) {
        self.state.set(ReadyState::Closed);
        self.host.depart_all();
        if let Some(failure) = failure {
            self.host.fail(failure);
        }
        self.host.closed();
    }
}

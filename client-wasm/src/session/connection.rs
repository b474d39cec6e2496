//! Runs a channel's connections, one attempt after the other, as long as the page wants it.

use js_sys::{Date, Math};
use wasm_bindgen::JsValue;

use super::Session;
use crate::backlog::Backlog;
use crate::close;
use crate::failure::{Failure, fact};
use crate::host::ROOT;
use crate::reconnect::{LASTING_MS, Policy};
use crate::socket::Socket;
use crate::state::ReadyState;

/// The status request. The reply has the own id.
const STATUS: &str =
    if cfg!(feature = "streams") { r#"{"action":"status","streams":1}"# } else { r#"{"action":"status"}"# };

/// How long a `close` event may come after its `error` event.
const CLOSE_MS: f64 = 100.0;
/// How long a proxy may take to tell the own id before the page looks for the reason.
const WELCOME_MS: f64 = 3000.0;

/// The phase of a channel between its page and its proxy.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The proxy is looked for, the socket opens, or the own id is awaited.
    Starting,
    /// The proxy has told the own id.
    Admitted,
    /// The attempt has failed, and the reason is looked for.
    Failing,
    /// It waits for the first attempt, or for the next one.
    #[default]
    Pausing,
}

impl Session {
    pub(crate) fn connect(&self, url: &str, protocols: &JsValue) -> Result<(), JsValue> {
        let is_awaited = self.phase.get() == Phase::Starting && self.socket.borrow().is_none();
        if self.is(ReadyState::Connecting) && is_awaited {
            let socket = Socket::connect(url, protocols)?;
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
        self.host.wait(WELCOME_MS, false);
    }

    /// The page's own function could not give the address of the proxy.
    pub(crate) fn on_endpoint_failure(&self) {
        if self.is(ReadyState::Connecting) {
            self.host.set_end(close::ABNORMAL, false);
            self.fail(Failure::NoEndpoint);
        }
    }

    pub(crate) fn on_error(&self) {
        self.broken.set(true);
        // Chromium and WebKit fire no `close` for a connection that they do not even try. In other
        // cases it comes at once.
        self.host.wait(CLOSE_MS, false);
    }

    pub(crate) fn on_close(&self, code: u16) {
        self.host.cancel_wait();
        let goes_on = self.policy.is_some() && self.is(ReadyState::Open);
        self.host.retain_unsent(!goes_on);
        self.socket.take();
        if self.phase.get() == Phase::Admitted {
            self.lose(code);
        } else if self.is(ReadyState::Closing) {
            self.give_up();
        } else {
            self.phase.set(Phase::Failing);
            if code == close::ABNORMAL {
                self.host.gather_facts();
            } else {
                self.fail(Failure::of_code(code).unwrap_or(Failure::Unreached));
            }
        }
    }

    pub(crate) fn on_awake(&self) {
        if self.phase.get() == Phase::Pausing {
            self.phase.set(Phase::Starting);
            self.host.connect();
        } else if !self.broken.get() {
            self.host.gather_facts();
        } else if self.is(ReadyState::Connecting) {
            self.on_facts(fact::BARRED);
        } else {
            self.host.unlisten();
            self.host.set_end(close::ABNORMAL, false);
            self.on_close(close::ABNORMAL);
        }
    }

    /// Reports the failure of an attempt that has failed. An attempt that still waits for the own
    /// id fails too, if the facts explain why.
    pub(crate) fn on_facts(&self, facts: u32) {
        let failing = self.phase.get() == Phase::Failing;
        let failure = Failure::of_facts(facts).or(failing.then_some(Failure::Unreached));
        if let Some(failure) = failure
            && self.is(ReadyState::Connecting)
            && self.phase.get() != Phase::Pausing
        {
            self.abandon();
            self.host.set_end(close::ABNORMAL, false);
            self.fail(failure);
        }
    }

    /// Ends a channel that the page has closed while there was no connection.
    pub(super) fn give_up(&self) {
        if self.opened.get() {
            self.finish(None);
        } else {
            self.host.set_end(close::ABNORMAL, false);
            self.finish(Some(Failure::Abandoned));
        }
    }

    /// Ends an attempt.
    pub(super) fn abandon(&self) {
        if let Some(socket) = self.socket.take() {
            self.host.unlisten();
            // Without a code, closing cannot fail.
            let _ = socket.close();
        }
    }

    /// Handles the loss of the connection.
    fn lose(&self, code: u16) {
        if Date::now() - self.admitted.get() >= LASTING_MS {
            self.attempts.set(0);
        }
        let lasting = Failure::of_code(code).filter(|failure| !failure.may_pass());
        let Some(policy) = self.policy.filter(|_| self.is(ReadyState::Open) && lasting.is_none()) else {
            return self.finish(lasting.or(self.broken.get().then_some(Failure::Broken)));
        };
        self.state.set(ReadyState::Connecting);
        self.phase.set(Phase::Pausing);
        self.host.clear_id();
        self.host.depart_all();
        self.pause(policy);
    }

    /// Handles a failed attempt. While attempts go on, the page is told of a failure only if it
    /// differs from the last one.
    fn fail(&self, failure: Failure) {
        let policy = self.policy.filter(|_| failure.may_pass());
        if policy.is_none() {
            self.state.set(ReadyState::Closed);
        }
        if self.told.replace(Some(failure)) != Some(failure) {
            self.host.fail(failure, policy.is_none());
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
            self.host.wait(delay, true);
            self.host.reconnecting(attempt, delay);
        }
    }

    fn finish(&self, failure: Option<Failure>) {
        self.state.set(ReadyState::Closed);
        self.host.depart_all();
        if let Some(failure) = failure {
            self.host.fail(failure, true);
        }
        self.host.closed();
    }
}

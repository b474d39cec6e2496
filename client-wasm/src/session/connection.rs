//! The life of a channel's connections: one attempt after the other, as far as the page wants it.

use js_sys::{JsString, Math};
use wasm_bindgen::JsValue;

use super::Session;
use crate::backlog::Backlog;
use crate::end::End;
use crate::failure::{self, Failure};
use crate::port::ROOT;
use crate::reconnect::Policy;
use crate::socket::Socket;
use crate::state::ReadyState;
use crate::url;

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
    pub(crate) fn connect(&self, endpoint: &str) -> Result<(), JsValue> {
        if self.root.is(ReadyState::Connecting) {
            let socket = Socket::connect(&url::join(endpoint, &self.path), &self.protocols)?;
            self.broken.set(false);
            self.backlog.set(Backlog::default());
            self.root.listen(&socket);
            self.socket.replace(Some(socket));
        }
        Ok(())
    }

    /// The page's own function could not tell where the proxy is.
    pub(crate) fn on_lost(&self, message: &JsString) {
        if self.root.is(ReadyState::Connecting) {
            self.fail(failure::UNKNOWN, message, &End::abnormal());
        }
    }

    pub(crate) fn on_error(&self) {
        self.broken.set(true);
        // WebKit has no `close` for a connection that it blocks; elsewhere it comes in this very task.
        self.root.wait(0.0);
    }

    #[inline(never)]
    pub(crate) fn on_close(&self, end: &End) {
        self.root.calm();
        self.strand();
        self.socket.take();
        if self.phase.get() == Phase::Admitted {
            self.lose(end);
        } else if self.root.is(ReadyState::Closing) {
            self.finish(Some(failure::ABANDONED), &End::abnormal());
        } else {
            self.phase.set(Phase::Failing);
            let Failure { reason, message } = Failure::to_open(end.code);
            self.fail(reason, &message.into(), end);
        }
    }

    pub(crate) fn on_wake(&self) {
        if self.broken.get() && self.socket.borrow().is_some() {
            self.root.unlisten();
            self.on_close(&End::abnormal());
        } else if self.phase.get() == Phase::Pausing {
            self.phase.set(Phase::Starting);
            self.root.connect();
        }
    }

    /// The page has closed the channel while there was no connection.
    pub(super) fn give_up(&self, end: &End) {
        if self.opened.get() {
            self.finish(None, end);
        } else {
            self.finish(Some(failure::ABANDONED), &End::abnormal());
        }
    }

    /// Lets go of an attempt.
    pub(super) fn abandon(&self) {
        if let Some(socket) = self.socket.take() {
            self.root.unlisten();
            // Without a code, closing cannot fail.
            let _ = socket.close();
        }
    }

    /// Sends what has waited for this connection.
    #[inline(never)]
    pub(super) fn flush(&self) {
        let queue = self.queue.take();
        self.root.discard(-queue.payload);
        for framed in &queue.frames {
            // Browsers take everything while a socket is open.
            let _ = self.transmit(ROOT, framed);
        }
    }

    /// Takes note that there is no connection any more.
    #[inline(never)]
    fn lose(&self, end: &End) {
        let Some(policy) = self.policy.filter(|_| self.root.is(ReadyState::Open)) else {
            return self.finish(self.broken.get().then_some(failure::BROKEN), end);
        };
        self.root.set_id(&"".into());
        self.root.enter(ReadyState::Connecting);
        self.phase.set(Phase::Pausing);
        self.dismiss_all(end);
        self.pause(policy);
    }

    /// Takes note of a failed attempt. While it is tried again, the page hears of a reason when it is another one.
    #[inline(never)]
    fn fail(&self, reason: &'static str, message: &JsValue, end: &End) {
        let policy = self.policy.filter(|_| failure::may_pass(reason));
        if policy.is_none() {
            self.root.enter(ReadyState::Closed);
        }
        if self.told.replace(reason) != reason {
            self.root.error(&reason.into(), message);
        }
        match policy {
            Some(policy) => self.pause(policy),
            None => self.root.end(end),
        }
    }

    /// Waits for the next attempt, unless a handler has just closed the channel.
    #[inline(never)]
    fn pause(&self, policy: Policy) {
        if self.root.is(ReadyState::Connecting) {
            self.phase.set(Phase::Pausing);
            let attempt = self.attempts.get().saturating_add(1);
            self.attempts.set(attempt);
            let delay = policy.delay(attempt, Math::random());
            self.root.wait(delay);
            self.root.reconnecting(attempt, delay);
        }
    }

    #[inline(never)]
    fn finish(&self, failure: Option<Failure>, end: &End) {
        self.root.enter(ReadyState::Closed);
        self.dismiss_all(end);
        if let Some(failure) = failure {
            self.root.fail(failure);
        }
        self.root.end(end);
    }

    /// Counts what never left: a `bufferedAmount` does not shrink by the end of a connection. For a channel that goes
    /// on it would never shrink again.
    #[inline(never)]
    fn strand(&self) {
        let goes_on = self.policy.is_some() && self.root.is(ReadyState::Open);
        let root = (!goes_on).then(|| self.root.clone());
        let mut backlog = self.backlog.take();
        backlog.settle(self.waiting());
        for port in self.ports().chain(root) {
            port.discard(backlog.payload(port.serial()));
        }
    }
}

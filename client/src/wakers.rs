//! Tasks that wait for the same thing.

use std::task::{Context, Waker};

/// The tasks. Each of them looks again when it is woken.
#[derive(Debug, Default)]
pub(crate) struct Wakers(Vec<Waker>);

impl Wakers {
    pub(crate) fn register(&mut self, cx: &Context<'_>) {
        if !self.0.iter().any(|waker| waker.will_wake(cx.waker())) {
            self.0.push(cx.waker().clone());
        }
    }

    pub(crate) fn wake(&mut self) {
        if self.0.is_empty() {
            return;
        }
        for waker in self.0.drain(..) {
            waker.wake();
        }
    }
}

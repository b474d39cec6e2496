//! What the objects of a channel and the task of its connection share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use nws_client_core::Policy;

use crate::endpoint::Endpoint;
use crate::state::State;

pub(crate) struct Shared(Mutex<State>);

impl Shared {
    pub(crate) fn new(policy: Option<Policy>, endpoint: Endpoint) -> Arc<Self> {
        Arc::new_cyclic(|own: &Weak<Self>| Self(Mutex::new(State::new(policy, endpoint, own.clone()))))
    }

    /// A panic of another task leaves nothing half: the state is what it was between two inputs.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

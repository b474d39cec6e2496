//! Holds the permit of a connection while it speaks HTTP.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::connection_permits::ConnectionPermit;

/// One that each request on the connection can get at: hyper has a copy for each.
#[derive(Clone, Debug)]
pub(super) struct HeldPermit(Arc<Mutex<Option<ConnectionPermit>>>);

impl HeldPermit {
    /// For a connection that begins.
    pub(super) fn new(permit: ConnectionPermit) -> Self {
        Self(Arc::new(Mutex::new(Some(permit))))
    }

    /// Takes the permit along when the connection is upgraded.
    pub(super) fn take(&self) -> Option<ConnectionPermit> {
        self.lock().take()
    }

    /// Gives it back: the connection goes on speaking HTTP.
    pub(super) fn give_back(&self, permit: ConnectionPermit) {
        *self.lock() = Some(permit);
    }

    fn lock(&self) -> MutexGuard<'_, Option<ConnectionPermit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Holds the permit of a connection while it speaks HTTP.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::connection_permits::ConnectionPermit;

/// A permit that every request of the connection can reach: hyper has a copy for each request.
#[derive(Clone, Debug)]
pub(super) struct HeldPermit(Arc<Mutex<Option<ConnectionPermit>>>);

impl HeldPermit {
    /// Holds the permit of a new connection.
    pub(super) fn new(permit: ConnectionPermit) -> Self {
        Self(Arc::new(Mutex::new(Some(permit))))
    }

    /// Takes the permit when the connection is upgraded.
    pub(super) fn take(&self) -> Option<ConnectionPermit> {
        self.lock().take()
    }

    /// Puts the permit back: the connection stays with HTTP.
    pub(super) fn give_back(&self, permit: ConnectionPermit) {
        *self.lock() = Some(permit);
    }

    fn lock(&self) -> MutexGuard<'_, Option<ConnectionPermit>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

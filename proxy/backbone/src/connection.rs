//! Knows whether there is a connection to a broker, and which one.
//!
//! What the client tells of that can be lost where much else happens. So it is asked too, from time
//! to time.

use async_nats::connection::State;

/// The connection to a broker, as far as it was noticed.
#[derive(Debug, Default)]
pub(crate) struct Connection {
    /// Connections that the client had made.
    made: u64,
    is_up: bool,
}

/// What has become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// There is a new one. If there was another before, all that it carried is lost.
    Made,
    /// There is none any more.
    Lost,
}

impl Connection {
    pub(crate) const fn is_up(&self) -> bool {
        self.is_up
    }

    /// The client tells of a connection, and has made so many by now.
    pub(crate) fn on_connected(&mut self, made: u64) -> Option<Change> {
        let is_new = !self.is_up || self.made != made;
        *self = Self { made, is_up: true };
        is_new.then_some(Change::Made)
    }

    /// The client tells that it has none.
    pub(crate) fn on_lost(&mut self) -> Option<Change> {
        std::mem::replace(&mut self.is_up, false).then_some(Change::Lost)
    }

    /// Compares what is known with what the client says.
    pub(crate) fn compare(&mut self, state: &State, made: u64) -> Option<Change> {
        match state {
            State::Connected => self.on_connected(made),
            State::Disconnected | State::Pending => self.on_lost(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_told_on_once() {
        let mut connection = Connection::default();
        assert_eq!(connection.on_lost(), None);
        assert_eq!(connection.on_connected(1), Some(Change::Made));
        assert_eq!(connection.compare(&State::Connected, 1), None);
        assert_eq!(connection.on_lost(), Some(Change::Lost));
        assert_eq!(connection.compare(&State::Disconnected, 1), None);
        assert_eq!(connection.on_connected(2), Some(Change::Made));
    }

    #[test]
    fn what_is_not_told_is_found_out() {
        let mut connection = Connection::default();
        assert_eq!(connection.compare(&State::Pending, 0), None);
        assert_eq!(connection.compare(&State::Connected, 1), Some(Change::Made));
        assert_eq!(connection.on_connected(1), None);
        assert_eq!(connection.compare(&State::Connected, 2), Some(Change::Made));
        assert_eq!(connection.compare(&State::Disconnected, 2), Some(Change::Lost));
        assert!(!connection.is_up());
        assert_eq!(connection.compare(&State::Connected, 2), Some(Change::Made));
    }
}

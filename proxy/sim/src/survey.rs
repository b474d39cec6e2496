//! Tells how the clients of a simulated proxy stand, and changes nothing.

use super::{ClientId, Proxy, Word};

impl Proxy {
    /// The largest payload that a structured client may send, as its first frame has said.
    #[must_use]
    pub fn message_max(&self, client: ClientId) -> Option<usize> {
        self.clients[client.0].message_max
    }

    /// The number of peers that a structured client sees now.
    #[must_use]
    pub fn peers(&self, client: ClientId) -> usize {
        self.clients[client.0].here.len()
    }

    /// The number of peers in a structured client's welcome, and whether that was settled.
    #[must_use]
    pub fn welcome(&self, client: ClientId) -> Option<(usize, bool)> {
        self.clients[client.0].welcome
    }

    /// Gives whether the proxy has stopped reading from a client.
    #[must_use]
    pub fn is_held(&self, client: ClientId) -> bool {
        self.clients[client.0].held
    }

    /// Gives whether the connection exists.
    #[must_use]
    pub fn is_connected(&self, client: ClientId) -> bool {
        self.conn(client).is_some()
    }

    /// Bytes that wait to be written to a client.
    #[must_use]
    pub fn waiting(&self, client: ClientId) -> usize {
        self.conn(client).map_or(0, |conn| self.core.waiting(conn).map(<[u8]>::len).sum())
    }

    /// Messages that a client has said and the proxy has not read.
    #[must_use]
    pub fn unread(&self, client: ClientId) -> usize {
        let is_message = |word: &&Word| matches!(word, Word::Text(_) | Word::Binary(_));
        self.clients[client.0].said.iter().filter(is_message).count()
    }

    /// Gives whether the proxy has closed a client and only waits until all is written.
    #[must_use]
    pub fn is_closing(&self, client: ClientId) -> bool {
        self.clients[client.0].finishing
    }
}

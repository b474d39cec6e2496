//! Reads the path and query of an upgrade: they name a channel, a framing, and perhaps a peer id.

use std::borrow::Cow;

use nws_core::{ChannelKey, Framing};
use nws_protocol::{ChannelName, InvalidPeerId, PeerId, Scope};

/// The target of an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) channel: ChannelKey,
    /// The id that the client chose, on the raw endpoints.
    pub(super) peer: Option<PeerId>,
    /// The client says that it knows streams: `?streams=1`. So peers may dial it as soon as they
    /// see it.
    pub(super) knows_streams: bool,
}

/// The reason why a path names no endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoEndpoint {
    /// No endpoint has this form.
    Unknown,
    /// The id that the client chose has the form of ids that proxies generate.
    Generated,
}

impl Endpoint {
    /// Reads a path, and the query behind it. A query that means nothing here is ignored.
    pub(super) fn parse(path: &str, query: Option<&str>) -> Result<Self, NoEndpoint> {
        let (channel, peer) = Self::channel_and_peer(path).ok_or(NoEndpoint::Unknown)?;
        let peer = peer.map(|peer| PeerId::chosen(&peer)).transpose().map_err(|invalid| match invalid {
            InvalidPeerId::Form => NoEndpoint::Unknown,
            InvalidPeerId::Generated => NoEndpoint::Generated,
        })?;
        let knows_streams = query.is_some_and(|query| query.split('&').any(|pair| pair == "streams=1"));
        Ok(Self { channel, peer, knows_streams })
    }

    fn channel_and_peer(path: &str) -> Option<(ChannelKey, Option<Cow<'_, str>>)> {
        let segments: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        let (scope, name, peer) = match *segments {
            [name] => (Scope::Network, name, None),
            ["network", name] => (Scope::Network, name, None),
            ["network", name, peer] => (Scope::Network, name, Some(peer)),
            ["local", name] => (Scope::Local, name, None),
            ["local", name, peer] => (Scope::Local, name, Some(peer)),
            _ => return None,
        };
        let name = ChannelName::new(&percent_decode(name)?).ok()?;
        let peer = match peer {
            Some(peer) => Some(percent_decode(peer)?),
            None => None,
        };
        Some((ChannelKey { scope, name }, peer))
    }

    /// Clients that choose their id use raw frames.
    pub(super) fn framing(&self) -> Framing {
        if self.peer.is_some() { Framing::Raw } else { Framing::Structured }
    }
}

/// Decodes once; `None` when the result is not UTF-8. A percent sign that begins no code stays. The
/// name is refused then, as no name may contain it.
fn percent_decode(segment: &str) -> Option<Cow<'_, str>> {
    percent_encoding::percent_decode_str(segment).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(path: &str) -> Option<(Scope, String, Option<String>)> {
        let endpoint = Endpoint::parse(path, None).ok()?;
        let peer = endpoint.peer.map(|peer| peer.to_string());
        Some((endpoint.channel.scope, endpoint.channel.name.as_str().to_owned(), peer))
    }

    #[test]
    fn every_form_of_path() {
        let network = |name: &str| Some((Scope::Network, name.to_owned(), None));
        assert_eq!(parsed("/chat"), network("chat"));
        assert_eq!(parsed("/network/chat"), network("chat"));
        assert_eq!(parsed("/local/chat"), Some((Scope::Local, "chat".into(), None)));
        assert_eq!(parsed("/local/chat/7"), Some((Scope::Local, "chat".into(), Some("7".into()))));
        assert_eq!(parsed("/network/chat/7"), Some((Scope::Network, "chat".into(), Some("7".into()))));
    }

    #[test]
    fn no_name_is_reserved() {
        for name in ["network", "local", "console", "demo", "status", "networkwebsockets.js"] {
            assert_eq!(parsed(&format!("/{name}")), Some((Scope::Network, name.to_owned(), None)));
        }
    }

    #[test]
    fn names_are_decoded_once() {
        assert_eq!(parsed("/a%2Bb"), parsed("/a+b"));
        assert_eq!(parsed("/a%252Bb"), None);
        assert_eq!(parsed("/a%2Fb"), None);
        assert_eq!(parsed("/a%zz"), None);
        assert_eq!(parsed("/%ff"), None);
        assert_eq!(parsed("/%2e%2e"), None);
    }

    #[test]
    fn other_paths_are_nothing() {
        for path in ["", "/", "//", "/chat/", "/other/chat", "/network/", "/network/chat/", "/local/a/b/c"] {
            assert_eq!(parsed(path), None, "{path}");
        }
        assert_eq!(parsed(&format!("/local/a/{}", "p".repeat(65))), None);
        assert_eq!(parsed("/local/a/~"), None);
    }

    #[test]
    fn an_id_of_the_form_of_a_generated_one_is_told_apart() {
        let generated = "abcdefghijklmnopqrstuvwxyz";
        for path in [format!("/local/a/{generated}"), format!("/network/a/%61{}", &generated[1..])] {
            assert_eq!(Endpoint::parse(&path, None), Err(NoEndpoint::Generated), "{path}");
        }
        assert_eq!(Endpoint::parse("/local/a/b c", None), Err(NoEndpoint::Unknown));
        assert_eq!(Endpoint::parse(&format!("/other/a/{generated}"), None), Err(NoEndpoint::Unknown));
    }

    #[test]
    fn who_knows_streams_says_so_in_the_query() {
        let knows = |query| Endpoint::parse("/chat", query).map(|endpoint| endpoint.knows_streams);
        for query in ["streams=1", "a=b&streams=1", "streams=1&streams=2"] {
            assert_eq!(knows(Some(query)), Ok(true), "{query}");
        }
        for query in
            [None, Some(""), Some("streams"), Some("streams=2"), Some("streams=10"), Some("mainstreams=1")]
        {
            assert_eq!(knows(query), Ok(false), "{query:?}");
        }
    }
}

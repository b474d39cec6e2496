//! Addresses of proxies and of the channels there.

#[cfg(unix)]
use std::path::{Path, PathBuf};

use nws_protocol::{CLIENT_PORT, ChannelName, Scope};

use crate::Error;

/// Where a proxy is: `ws://host:port/`, and a folder if it is behind another server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// Host and port as they stand in the address.
    authority: String,
    /// With a slash at both ends.
    folder: String,
    is_secure: bool,
    /// The path of a Unix socket, which is used instead.
    #[cfg(unix)]
    socket: Option<PathBuf>,
    /// What the program says it belongs to.
    #[cfg(not(target_family = "wasm"))]
    origin: Option<String>,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self::at(format!("localhost:{CLIENT_PORT}"), "/".to_owned(), false)
    }
}

impl Endpoint {
    const fn at(authority: String, folder: String, is_secure: bool) -> Self {
        Self {
            authority,
            folder,
            is_secure,
            #[cfg(unix)]
            socket: None,
            #[cfg(not(target_family = "wasm"))]
            origin: None,
        }
    }

    /// A Unix socket. A proxy is asked for the host `localhost` there.
    #[cfg(unix)]
    pub(crate) fn of_socket(path: &Path) -> Self {
        Self { socket: Some(path.to_owned()), ..Self::at("localhost".to_owned(), "/".to_owned(), false) }
    }

    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn with_origin(self, origin: Option<String>) -> Self {
        Self { origin, ..self }
    }

    /// Takes `ws://…` or `http://…`, or these with an `s`.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let invalid = || Error::InvalidEndpoint { endpoint: text.to_owned() };
        let (scheme, rest) = text.split_once("://").ok_or_else(invalid)?;
        let is_secure = match scheme {
            "ws" | "http" => false,
            "wss" | "https" => true,
            _ => return Err(invalid()),
        };
        let (authority, folder) = rest.split_once('/').unwrap_or((rest, ""));
        let folder = format!("/{}", folder.trim_end_matches('/'));
        let folder = if folder.len() > 1 { folder + "/" } else { folder };
        let endpoint = Self::at(authority.to_owned(), folder, is_secure);
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"?#@\\\"".contains(&byte);
        let is_good = endpoint.host_and_port().is_some() && rest.bytes().all(is_plain);
        is_good.then_some(endpoint).ok_or_else(invalid)
    }

    /// Host and port as they stand in the address.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// The host without the brackets of IPv6, and the port.
    pub(crate) fn host_and_port(&self) -> Option<(&str, u16)> {
        let end_of_host = self.authority.rfind(']').map_or(0, |end| end + 1);
        let (host, port) = match self.authority[end_of_host..].rfind(':') {
            None => (self.authority.as_str(), if self.is_secure { 443 } else { 80 }),
            Some(colon) => {
                let colon = end_of_host + colon;
                (&self.authority[..colon], self.authority[colon + 1..].parse().ok()?)
            }
        };
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        (!host.is_empty()).then_some((host, port))
    }

    /// The path of the Unix socket, if it is one.
    #[cfg(unix)]
    pub(crate) fn socket(&self) -> Option<&Path> {
        self.socket.as_deref()
    }

    /// What the program says it belongs to.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn origin(&self) -> Option<&str> {
        self.origin.as_deref()
    }

    /// Gives whether it needs TLS.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) const fn is_secure(&self) -> bool {
        self.is_secure
    }

    /// The address of a channel, for a client that knows streams.
    pub(crate) fn channel(&self, name: &ChannelName, scope: Scope) -> String {
        let Self { authority, folder, is_secure, .. } = self;
        let scheme = if *is_secure { "wss" } else { "ws" };
        let scope = match scope {
            Scope::Local => "local",
            Scope::Network => "network",
        };
        format!("{scheme}://{authority}{folder}{scope}/{}?streams=1", name.as_str())
    }

    /// The path of what the proxy tells of itself.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn status_path(&self) -> String {
        format!("{}status", self.folder)
    }

    /// The address of that.
    #[cfg(target_family = "wasm")]
    pub(crate) fn status_url(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://{}{}status", self.authority, self.folder)
    }
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        #[cfg(unix)]
        if let Some(path) = &self.socket {
            return write!(f, "{}", path.display());
        }
        let Self { authority, folder, is_secure, .. } = self;
        write!(f, "{}://{authority}{folder}", if *is_secure { "wss" } else { "ws" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let table = [
            ("ws://localhost:9009", "ws://localhost:9009/", ("localhost", 9009)),
            ("http://localhost:9009/", "ws://localhost:9009/", ("localhost", 9009)),
            ("wss://example.com/a/b/", "wss://example.com/a/b/", ("example.com", 443)),
            ("ws://[::1]:9/x", "ws://[::1]:9/x/", ("::1", 9)),
            ("ws://[::1]", "ws://[::1]/", ("::1", 80)),
        ];
        for (text, shown, address) in table {
            let endpoint = Endpoint::parse(text).unwrap();
            assert_eq!((endpoint.to_string().as_str(), endpoint.host_and_port()), (shown, Some(address)));
        }
        assert_eq!(Endpoint::default(), Endpoint::parse("ws://localhost:9009").unwrap());
    }

    #[test]
    fn what_is_none() {
        for text in ["", "localhost:9009", "ftp://a", "ws://", "ws://:1", "ws://a:x", "ws://a?b", "ws://a b"]
        {
            let wrong = Endpoint::parse(text);
            assert_eq!(wrong, Err(Error::InvalidEndpoint { endpoint: text.to_owned() }), "{text}");
        }
    }

    #[test]
    fn channels_have_addresses() {
        let name = ChannelName::new("a+b").unwrap();
        let endpoint = Endpoint::parse("ws://h:1/x").unwrap();
        assert_eq!(endpoint.channel(&name, Scope::Local), "ws://h:1/x/local/a+b?streams=1");
        assert_eq!(endpoint.status_path(), "/x/status");
    }
}

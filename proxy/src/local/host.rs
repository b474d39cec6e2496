//! Decides which values of `Host` are accepted. A page whose own name resolves to this machine (DNS
//! rebinding) shows its name in this header.

use std::str::FromStr;

use http::HeaderMap;
use http::header::HOST;
use http::uri::Authority;

use crate::stream::Transport;

/// A value of `Host` that is accepted besides those of loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedHost(Authority);

/// A text that is no `HOST` or `HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a host or a host:port")]
pub struct InvalidHost(String);

impl AllowedHost {
    /// Takes `host`, with or without a port. Without one it means the port of the proxy.
    ///
    /// # Errors
    ///
    /// [`InvalidHost`] when it is neither.
    pub fn new(host: &str) -> Result<Self, InvalidHost> {
        match host.parse::<Authority>() {
            Ok(authority)
                if !host.contains('@') && !authority.host().is_empty() && is_canonical(&authority) =>
            {
                Ok(Self(authority))
            }
            _ => Err(InvalidHost(host.to_owned())),
        }
    }
}

impl FromStr for AllowedHost {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

/// All values of `Host` that are accepted.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    /// The port of TCP, if there is one.
    port: Option<u16>,
    allowed: Vec<AllowedHost>,
}

impl Hosts {
    pub(super) fn new(port: Option<u16>, allowed: Vec<AllowedHost>) -> Self {
        Self { port, allowed }
    }

    /// Gives whether a request with these headers, and this authority in its target, is for this
    /// proxy.
    ///
    /// Over a Unix socket no port belongs to this proxy: programs write `localhost` with any port
    /// or none. A bridge to the socket, such as `ssh -L` makes, has its own port. A page whose name
    /// leads to the bridge still shows that name here.
    pub(super) fn admit(
        &self,
        transport: Transport,
        headers: &HeaderMap,
        target: Option<&Authority>,
    ) -> bool {
        let mut hosts = headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        let Some(host) = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) else {
            return false;
        };
        let is_ours = |host: &Authority| match transport {
            Transport::Tcp => self.is_ours(host),
            Transport::Unix => self.is_ours_anywhere(host),
        };
        is_ours(&host) && target.is_none_or(is_ours)
    }

    fn is_ours_anywhere(&self, host: &Authority) -> bool {
        let mut allowed = self.allowed.iter().map(|AllowedHost(allowed)| allowed.host());
        !host.as_str().contains('@')
            && (is_loopback(host) || allowed.any(|allowed| host.host().eq_ignore_ascii_case(allowed)))
    }

    fn is_ours(&self, host: &Authority) -> bool {
        let Some(own) = self.port.filter(|_| !host.as_str().contains('@')) else { return false };
        // A browser leaves out the default port of http.
        let port = host.port_u16().unwrap_or(80);
        let name = host.host();
        (is_loopback(host) && port == own && is_canonical(host))
            || self.allowed.iter().any(|AllowedHost(allowed)| {
                let expected = allowed.port_u16().unwrap_or(own);
                name.eq_ignore_ascii_case(allowed.host())
                    && (port == expected || (host.port().is_none() && allowed.port().is_none()))
            })
    }
}

fn is_loopback(host: &Authority) -> bool {
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|own| host.host().eq_ignore_ascii_case(own))
}

/// Gives whether the port is written as a browser writes it. `localhost:` and `localhost:09009` are
/// refused.
fn is_canonical(host: &Authority) -> bool {
    match host.port_u16() {
        Some(port) => host.as_str() == format!("{}:{port}", host.host()),
        None => host.as_str() == host.host(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(port: u16, allowed: &[&str], host: &str) -> bool {
        let allowed = allowed.iter().map(|host| AllowedHost::new(host).unwrap()).collect();
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        Hosts::new(Some(port), allowed).admit(Transport::Tcp, &headers, None)
    }

    #[test]
    fn loopback_with_our_port() {
        for host in ["localhost:9009", "LocalHost:9009", "127.0.0.1:9009", "[::1]:9009"] {
            assert!(admits(9009, &[], host), "{host}");
        }
        for host in [
            "localhost",
            "localhost:80",
            "localhost:9010",
            "localhost:",
            "localhost:09009",
            "evil.test:9009",
            "localhost.evil.test:9009",
            "127.0.0.2:9009",
            "127.1:9009",
            "[::2]:9009",
            "u@localhost:9009",
            "localhost.:9009",
            "0.0.0.0:9009",
            "",
        ] {
            assert!(!admits(9009, &[], host), "{host}");
        }
        assert!(admits(80, &[], "localhost"));
    }

    #[test]
    fn allowed_hosts() {
        assert!(admits(9009, &["box.lan"], "box.lan:9009"));
        assert!(admits(9009, &["box.lan"], "BOX.lan"));
        assert!(!admits(9009, &["box.lan"], "box.lan:9010"));
        assert!(admits(9009, &["box.lan:443"], "box.lan:443"));
        assert!(!admits(9009, &["box.lan:443"], "box.lan:9009"));
        for host in ["", "a b", "u@a", "a:", "a:99999", "a:http", "http://a"] {
            assert!(AllowedHost::new(host).is_err(), "{host}");
        }
    }

    #[test]
    fn over_a_unix_socket_only_the_name_counts() {
        let admits = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, host.parse().unwrap());
            let allowed = vec![AllowedHost::new("box.lan:443").unwrap()];
            Hosts::new(None, allowed).admit(Transport::Unix, &headers, None)
        };
        for host in ["localhost", "localhost:9009", "127.0.0.1:1", "[::1]", "box.lan", "BOX.lan:8080"] {
            assert!(admits(host), "{host}");
        }
        for host in ["", "evil.test", "evil.test:9009", "localhost.evil.test", "u@localhost", "127.0.0.2"] {
            assert!(!admits(host), "{host}");
        }
    }

    #[test]
    fn one_host_and_no_other_in_the_target() {
        let hosts = Hosts::new(Some(9009), Vec::new());
        let mut headers = HeaderMap::new();
        assert!(!hosts.admit(Transport::Tcp, &headers, None));
        headers.append(HOST, "localhost:9009".parse().unwrap());
        assert!(hosts.admit(Transport::Tcp, &headers, Some(&"localhost:9009".parse().unwrap())));
        assert!(!hosts.admit(Transport::Tcp, &headers, Some(&"evil.test".parse().unwrap())));
        headers.append(HOST, "localhost:9009".parse().unwrap());
        assert!(!hosts.admit(Transport::Tcp, &headers, None));
    }
}

//! Decides which pages may connect, and which web site a page belongs to.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use http::header::ORIGIN;
use http::{HeaderMap, Uri};
use nws_core::Site;

/// An origin as browsers write it: `https://example.com`, `http://localhost:8080`, `file://` or
/// `null`. With `*` as the port it stands for any port: `http://localhost:*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedOrigin {
    /// The origin, without the port if any port is allowed.
    text: String,
    any_port: bool,
}

/// A text that is not an origin as browsers write it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an origin: write it as a browser does, for example https://example.com, http://localhost:*, \
     file:// or null"
)]
pub struct InvalidOrigin(String);

impl AllowedOrigin {
    /// Takes `origin`: scheme, host and, unless it is the default one, port. `*` stands for any
    /// port.
    ///
    /// # Errors
    ///
    /// [`InvalidOrigin`] for anything else, also for an origin with a path.
    pub fn new(origin: &str) -> Result<Self, InvalidOrigin> {
        let text = origin.to_ascii_lowercase();
        let invalid = || InvalidOrigin(origin.to_owned());
        if let Some(text) = text.strip_suffix(":*") {
            let has_port = text.parse::<Uri>().is_ok_and(|uri| uri.port().is_some());
            let valid = is_origin(text) && !has_port;
            return if valid { Ok(Self { text: text.to_owned(), any_port: true }) } else { Err(invalid()) };
        }
        let valid = text == "null" || is_without_host(&text) || is_origin(&text);
        if valid { Ok(Self { text, any_port: false }) } else { Err(invalid()) }
    }

    fn is(&self, origin: &str) -> bool {
        match origin.strip_prefix(&self.text) {
            Some("") => true,
            Some(rest) if self.any_port => {
                rest.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
            }
            Some(_) | None => false,
        }
    }
}

impl FromStr for AllowedOrigin {
    type Err = InvalidOrigin;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

/// Gives whether it has a scheme and a host, and a port only if that is not the default one.
fn is_origin(text: &str) -> bool {
    let (Some((scheme, authority)), Ok(uri)) = (text.split_once("://"), text.parse::<Uri>()) else {
        return false;
    };
    let default = match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    };
    let port = uri.port_u16().map_or_else(String::new, |port| format!(":{port}"));
    uri.host().is_some_and(|host| format!("{host}{port}") == authority && !host.contains('*'))
        && (uri.port_u16().is_none() || uri.port_u16() != default)
}

/// Gives whether it belongs to a page that came from no host, such as pages of Electron and of web
/// views.
fn is_without_host(text: &str) -> bool {
    let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    text.strip_suffix("://").is_some_and(|scheme| {
        !["http", "https"].contains(&scheme)
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(is_of_scheme)
    })
}

/// The client that connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Client {
    /// A program, which sends no `Origin`.
    Program,
    /// A page.
    Page {
        /// The origin that its browser sends.
        origin: String,
        /// The web site that it belongs to; none for pages of this machine.
        site: Option<Site>,
    },
}

/// The origins that may connect.
#[derive(Clone, Debug)]
pub(super) struct Origins {
    allowed: Vec<AllowedOrigin>,
    own_port: Option<u16>,
}

impl Client {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        match headers.get(ORIGIN) {
            None => Self::Program,
            Some(origin) => {
                let origin = String::from_utf8_lossy(origin.as_bytes()).to_ascii_lowercase();
                let site = site_of(&origin);
                Self::Page { origin, site }
            }
        }
    }
}

impl Origins {
    pub(super) fn new(allowed: Vec<AllowedOrigin>, own_port: Option<u16>) -> Self {
        Self { allowed, own_port }
    }

    /// Gives whether a client may connect. Without a list any client may. With one, programs, our
    /// own pages and the pages in the list may.
    pub(super) fn admit(&self, client: &Client) -> bool {
        match client {
            Client::Program => true,
            Client::Page { .. } if self.allowed.is_empty() => true,
            Client::Page { origin, .. } => {
                self.is_own(origin) || self.allowed.iter().any(|allowed| allowed.is(origin))
            }
        }
    }

    fn is_own(&self, origin: &str) -> bool {
        ["localhost", "127.0.0.1", "[::1]"].iter().any(|host| match self.own_port {
            None => false,
            Some(80) => origin == format!("http://{host}"),
            Some(port) => origin == format!("http://{host}:{port}"),
        })
    }
}

/// The registrable domain of a web page's origin, or a replacement if it has none.
fn site_of(origin: &str) -> Option<Site> {
    if origin == "null" {
        return Some(Site::Opaque);
    }
    let uri: Option<Uri> = origin.parse().ok();
    let host = uri.as_ref().and_then(Uri::host);
    match (uri.as_ref().and_then(Uri::scheme_str), host) {
        (Some("http" | "https"), Some(host)) if is_loopback(host) => None,
        (Some("http" | "https"), Some(host)) => {
            let found = psl2::lookup(host).filter(|_| !is_address(host));
            let domain = found.as_ref().and_then(psl2::Domain::registrable_domain);
            Some(Site::Named(domain.unwrap_or(host).to_owned()))
        }
        _ => Some(Site::Named(origin.chars().take(255).collect())),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host == "[::1]"
}

fn is_address(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<Ipv4Addr>().is_ok() || bare.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites() {
        let named = |site: &str| Some(Site::Named(site.to_owned()));
        for (origin, site) in [
            ("https://www.example.co.uk:8443", named("example.co.uk")),
            ("https://a.github.io", named("a.github.io")),
            ("https://github.io", named("github.io")),
            ("http://a.b.example.test.", named("example.test")),
            ("http://192.168.1.7", named("192.168.1.7")),
            ("http://localhost.evil.test", named("evil.test")),
            ("chrome-extension://abc", named("chrome-extension://abc")),
            ("null", Some(Site::Opaque)),
            ("http://localhost", None),
            ("http://app.localhost:3000", None),
            ("https://127.0.0.1:1", None),
            ("http://[::1]:5", None),
        ] {
            assert_eq!(site_of(origin), site, "{origin}");
        }
    }

    #[test]
    fn origins_are_written_as_browsers_do() {
        for origin in [
            "null",
            "https://example.com",
            "http://localhost:8080",
            "HTTPS://Example.com",
            "http://localhost:*",
            "http://[::1]:*",
            "file://",
            "app://-",
            "tauri://localhost",
            "chrome-extension://abcdef",
        ] {
            assert!(AllowedOrigin::new(origin).is_ok(), "{origin}");
        }
        for origin in [
            "",
            "example.com",
            "https://",
            "https://a/",
            "https://a/b",
            "https://u@a",
            "https://a:443",
            "https://a:",
            "https://a:080",
            "https://a:99999",
            "*",
            "*:*",
            "http://*",
            "http://localhost:80*",
            "http://localhost:8080:*",
            "http://:*",
            "http://",
            "://",
            "file:",
            "file:///",
            "file:///home",
            "null:*",
        ] {
            assert!(AllowedOrigin::new(origin).is_err(), "{origin}");
        }
    }

    #[test]
    fn any_port_is_every_port_and_nothing_else() {
        let allowed = AllowedOrigin::new("http://localhost:*").unwrap();
        for origin in ["http://localhost", "http://localhost:1", "http://localhost:65535"] {
            assert!(allowed.is(origin), "{origin}");
        }
        for origin in [
            "https://localhost:1",
            "http://localhost:",
            "http://localhost:x",
            "http://localhost:1.evil.test",
            "http://localhost:*.evil.test",
            "http://localhost.evil.test",
            "http://localhosts",
        ] {
            assert!(!allowed.is(origin), "{origin}");
        }
    }

    #[test]
    fn a_list_lets_in_its_own_and_programs() {
        let page = |origin: &str| Client::Page { origin: origin.into(), site: None };
        let origins = Origins::new(vec![AllowedOrigin::new("https://a.test").unwrap()], Some(9009));
        assert!(origins.admit(&Client::Program));
        assert!(origins.admit(&page("https://a.test")));
        assert!(origins.admit(&page("http://localhost:9009")));
        assert!(!origins.admit(&page("http://localhost:9010")));
        assert!(!origins.admit(&page("http://a.test")));
        assert!(!origins.admit(&page("null")));
        assert!(Origins::new(Vec::new(), Some(9009)).admit(&page("null")));
    }
}

//! What a browser asks before a page may reach the proxy, and what the proxy says to it.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use http::Uri;

use super::check::{Check, quoted};
use super::status::{Program, ask};
use crate::proxy_place::ProxyPlace;

const BROWSER: &str = "browser";
const ORIGIN: &str = "origin";

/// The address of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageAddress {
    text: String,
    origin: String,
    kind: Kind,
}

/// A text that is no address of a page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the address of a page, such as https://example.com/chat or http://localhost:8080/")]
pub struct InvalidPage(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Of this machine, or from the disk.
    Here,
    /// By https from elsewhere.
    Secure,
    /// By http from elsewhere.
    Insecure,
}

impl FromStr for PageAddress {
    type Err = InvalidPage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| InvalidPage(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<PageAddress> {
    if text.starts_with("file:///") {
        return Some(PageAddress { text: text.to_owned(), origin: "null".to_owned(), kind: Kind::Here });
    }
    let uri: Uri = text.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let host = authority.host().to_ascii_lowercase();
    let default = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    if host.is_empty() || authority.as_str().contains('@') {
        return None;
    }
    let port = authority.port_u16().filter(|port| *port != default);
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    let kind = match (is_here(&host), scheme) {
        (true, _) => Kind::Here,
        (false, "https") => Kind::Secure,
        (false, _) => Kind::Insecure,
    };
    Some(PageAddress { text: text.to_owned(), origin: format!("{scheme}://{host}{port}"), kind })
}

fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || bare.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback())
}

/// Two checks: what the browser does, and what the proxy at `place` does.
pub(super) async fn check(page: &PageAddress, place: &ProxyPlace) -> Vec<Check> {
    let answer = ask(place, Some(&page.origin)).await;
    vec![page.browser().about(&page.text), page.proxy(&answer).about(&page.text)]
}

impl PageAddress {
    fn browser(&self) -> Check {
        match self.kind {
            Kind::Here => Check::yes(BROWSER, "no browser asks: the page is of this machine"),
            Kind::Secure => Check::yes(
                BROWSER,
                "Chrome and Edge from 147 on and Firefox from 154 on ask the person whether the page may reach \
                 programs on this machine (permission loopback-network); in a frame only with \
                 allow=\"loopback-network\" at every level; Safari lets no https page reach ws://localhost",
            )
            .remedy("choose \"Allow\"; to change it later: the site settings, left of the address".to_owned()),
            Kind::Insecure => Check::fault(
                BROWSER,
                "the page comes by http from another machine: browsers let it reach no program on this machine",
            )
            .remedy("serve the page by https, or from http://localhost".to_owned()),
        }
    }

    fn proxy(&self, answer: &Program) -> Check {
        let origin = &self.origin;
        match answer {
            Program::Proxy(status) if status.origin == "allowed" => {
                Check::yes(ORIGIN, format!("the proxy lets pages of {origin} in"))
            }
            Program::Proxy(status) => {
                let seen = status.page.as_deref().unwrap_or(origin);
                Check::fault(ORIGIN, format!("the proxy was started with --allow-origin, and not for {seen}"))
                    .remedy(
                        quoted(seen)
                            .map(|seen| format!("nws --allow-origin {seen} (besides its other flags)")),
                    )
            }
            Program::Other(_) | Program::Nobody | Program::Unreachable(_) => {
                Check::unknown(ORIGIN, "no proxy answers that could let it in")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_apart() {
        for (text, origin, kind) in [
            ("https://Example.com/chat?x=1", "https://example.com", Kind::Secure),
            ("https://example.com:443", "https://example.com", Kind::Secure),
            ("https://example.com:8443/", "https://example.com:8443", Kind::Secure),
            ("http://192.168.1.7/", "http://192.168.1.7", Kind::Insecure),
            ("http://localhost.evil.test/", "http://localhost.evil.test", Kind::Insecure),
            ("http://localhost:8080/", "http://localhost:8080", Kind::Here),
            ("http://a.localhost/", "http://a.localhost", Kind::Here),
            ("http://[::1]:5/", "http://[::1]:5", Kind::Here),
            ("https://127.0.0.1/", "https://127.0.0.1", Kind::Here),
            ("file:///home/me/page.html", "null", Kind::Here),
        ] {
            let page: PageAddress = text.parse().unwrap();
            assert_eq!((page.origin.as_str(), page.kind), (origin, kind), "{text}");
        }
        for text in
            ["", "example.com", "ftp://a", "https://", "https://u@a/", "//a", "file://host/a", "javascript:1"]
        {
            assert!(text.parse::<PageAddress>().is_err(), "{text}");
        }
    }
}

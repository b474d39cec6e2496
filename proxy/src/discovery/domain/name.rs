//! The names of domains that are browsed.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use hickory_resolver::proto::rr::Name;

/// What the names of the records begin with.
const SERVICE: &str = "_nws._tcp";

/// A domain whose records for `_nws._tcp` are looked up.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowseDomain {
    name: Name,
    service: Name,
}

/// A text that is no [`BrowseDomain`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDomain {
    /// It is no name.
    #[error("{0:?} is no domain, such as example.org")]
    NoName(String),
    /// It is the domain of mDNS.
    #[error("{0:?} is what mDNS browses, which is done anyway: name a domain of DNS, such as example.org")]
    Local(String),
}

impl FromStr for BrowseDomain {
    type Err = InvalidDomain;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, service) = parse(text).ok_or_else(|| InvalidDomain::NoName(text.to_owned()))?;
        if name.iter().next_back().is_some_and(|label| label.eq_ignore_ascii_case(b"local")) {
            return Err(InvalidDomain::Local(text.to_owned()));
        }
        Ok(Self { name, service })
    }
}

fn parse(text: &str) -> Option<(Name, Name)> {
    let bare = text.strip_suffix('.').unwrap_or(text);
    let is_of_names = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let is_name = bare.chars().all(is_of_names) && bare.split('.').all(|label| !label.is_empty());
    if !is_name || bare.parse::<IpAddr>().is_ok() || bare.to_ascii_lowercase().starts_with(SERVICE) {
        return None;
    }
    // Names of machines of Windows may have an underscore, which names of other alphabets may not.
    let name = if bare.is_ascii() { Name::from_ascii(bare) } else { Name::from_utf8(bare) };
    let mut name = name.ok()?.to_lowercase();
    name.set_fqdn(true);
    let service = Name::from_ascii(SERVICE).ok()?.append_domain(&name).ok()?;
    Some((name, service))
}

impl BrowseDomain {
    /// The name of the records that name proxies.
    pub(super) fn service(&self) -> &Name {
        &self.service
    }
}

impl fmt::Display for BrowseDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.to_utf8().trim_end_matches('.'))
    }
}

impl fmt::Debug for BrowseDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BrowseDomain({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_name_of_dns() {
        for (text, shown) in [
            ("example.org", "example.org"),
            ("Example.ORG.", "example.org"),
            ("lab", "lab"),
            ("a-b.corp_1.internal", "a-b.corp_1.internal"),
            ("xn--bcher-kva.example", "bücher.example"),
            ("bücher.example", "bücher.example"),
            ("localhost.example", "localhost.example"),
        ] {
            let domain: BrowseDomain = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(domain.to_string(), shown);
            assert!(domain.service().is_fqdn() && domain.service().to_ascii().starts_with("_nws._tcp."));
        }
        let long = ["x".repeat(64), format!("{}org", "x.".repeat(130))];
        for text in [
            "",
            ".",
            "..",
            "a..b",
            ".a",
            "a b",
            "http://example.org",
            "example.org:53",
            "192.0.2.1",
            "2001:db8::1",
            "_nws._tcp.example.org",
            "a\\b",
            "a\nb",
            "*.example.org",
            &long[0],
            &long[1],
        ] {
            let error = text.parse::<BrowseDomain>().unwrap_err();
            assert_eq!(error, InvalidDomain::NoName(text.to_owned()));
            assert!(error.to_string().ends_with("is no domain, such as example.org"), "{error}");
        }
        for text in ["local", "local.", "x.LOCAL"] {
            assert_eq!(text.parse::<BrowseDomain>(), Err(InvalidDomain::Local(text.to_owned())));
        }
    }
}

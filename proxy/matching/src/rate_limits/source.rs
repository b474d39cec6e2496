//! Remembers where links come from, and what each source has used.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use nws_token_bucket::TokenBucket;

use super::RateLimitsConfig;

/// Addresses that count as one: an IPv4 address; an IPv6 address on our own link, elsewhere its
/// /64, in which one machine chooses addresses as it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SourceKey(IpAddr);

/// What one source has used.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) evaluations: TokenBucket,
    pub(super) handshakes: TokenBucket,
    /// Links that are open.
    pub(super) links: usize,
}

/// All sources of which something has to be remembered.
#[derive(Debug, Default)]
pub(super) struct Sources(BTreeMap<SourceKey, Source>);

impl SourceKey {
    pub(super) fn new(source: IpAddr, on_link: bool) -> Self {
        Self(match source.to_canonical() {
            IpAddr::V6(address) if !on_link => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            address @ (IpAddr::V4(_) | IpAddr::V6(_)) => address,
        })
    }
}

impl Sources {
    pub(super) fn get(&self, key: SourceKey) -> Option<&Source> {
        self.0.get(&key)
    }

    pub(super) fn get_mut(&mut self, key: SourceKey) -> Option<&mut Source> {
        self.0.get_mut(&key)
    }

    /// When the table is full, the source without a link that is whole again first is forgotten.
    /// Most often it is already, and nothing is lost. Where it is not, somebody has thousands of
    /// addresses, and the common limits alone bind them in any case.
    pub(super) fn get_or_insert(&mut self, key: SourceKey, config: &RateLimitsConfig) -> &mut Source {
        if !self.0.contains_key(&key) && self.0.len() >= config.sources_max {
            self.forget_one();
        }
        self.0.entry(key).or_insert_with(|| Source {
            evaluations: TokenBucket::new(config.source),
            handshakes: TokenBucket::new(config.source_handshakes),
            links: 0,
        })
    }

    fn forget_one(&mut self) {
        let without_link = self.0.iter().filter(|(_, source)| source.links == 0);
        let first = without_link
            .min_by_key(|(_, source)| source.evaluations.full_at().max(source.handshakes.full_at()));
        if let Some((&key, _)) = first {
            self.0.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn key(address: &str, on_link: bool) -> SourceKey {
        SourceKey::new(address.parse().unwrap(), on_link)
    }

    #[test]
    fn addresses_of_one_machine_are_one_source() {
        assert_eq!(key("2001:db8::1", false), key("2001:db8::2", false));
        assert_ne!(key("2001:db8::1", false), key("2001:db8:0:1::1", false));
        assert_ne!(key("2001:db8::1", true), key("2001:db8::2", true));
        assert_eq!(key("::ffff:192.0.2.1", false), key("192.0.2.1", false));
        assert_ne!(key("192.0.2.1", false), key("192.0.2.2", false));
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a point in time to start from")]
    fn the_table_is_bounded() {
        let config = RateLimitsConfig { sources_max: 2, ..RateLimitsConfig::default() };
        let (one, two, three) = (key("192.0.2.1", true), key("192.0.2.2", true), key("192.0.2.3", true));
        let mut sources = Sources::default();
        let now = Instant::now();
        sources.get_or_insert(one, &config).links = 1;
        sources.get_or_insert(two, &config).evaluations.take(1, now);
        sources.get_or_insert(three, &config).evaluations.take(2, now);
        assert!(sources.get(two).is_none() && sources.0.len() == 2);
        sources.get_or_insert(two, &config);
        assert!(sources.get(three).is_none() && sources.get(one).is_some());
        sources.get_or_insert(three, &config).evaluations.take(1, now);
        sources.get_or_insert(two, &config).evaluations.take(9, now);
        sources.get_or_insert(key("192.0.2.4", true), &config);
        assert!(sources.0.len() == 2 && sources.get(one).is_some());
    }
}

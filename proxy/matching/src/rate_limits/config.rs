//! The rate limits of matching, with their defaults.

use nws_token_bucket::RateLimit;

/// What [`RateLimits`](crate::RateLimits) grants.
#[derive(Clone, Copy, Debug)]
pub struct RateLimitsConfig {
    /// Evaluations of one link of which no channel has been matched.
    pub link: RateLimit,
    /// Evaluations of all such links with one source.
    pub source: RateLimit,
    /// Evaluations of all such links.
    pub strangers: RateLimit,
    /// Evaluations of one link of which a channel has been matched, from then on.
    pub friend: RateLimit,
    /// Evaluations of all such links.
    pub friends: RateLimit,
    /// TLS handshakes with one source.
    pub source_handshakes: RateLimit,
    /// TLS handshakes with all.
    pub handshakes: RateLimit,
    /// Sources that are remembered. A source is whole again after four minutes, and sixteen
    /// handshakes a second bring four thousand new ones in that time; twice as many have room.
    pub sources_max: usize,
}

impl Default for RateLimitsConfig {
    /// At eight guesses a second a word out of ten thousand falls in six minutes, and four random
    /// words never. The bursts let a proxy with 256 channels meet a stranger without a pause, one
    /// with 1024 a friend.
    fn default() -> Self {
        let per_second = RateLimit::per_second;
        Self {
            link: per_second(256, 1),
            source: per_second(512, 2),
            strangers: per_second(2048, 8),
            friend: per_second(1024, 2),
            friends: per_second(4096, 8),
            source_handshakes: per_second(4, 4),
            handshakes: per_second(16, 16),
            sources_max: 8192,
        }
    }
}

impl RateLimitsConfig {
    /// What sites of a backbone get, which have proved that they belong to one organisation: so much
    /// that fifty sites with a thousand channels each match at once, as there are 50,000 evaluations
    /// for each, and again within a minute whenever all have lost their links.
    #[must_use]
    pub fn sites() -> Self {
        let per_second = RateLimit::per_second;
        let (link, all) = (per_second(2048, 16), per_second(65_536, 1024));
        Self {
            link,
            source: link,
            strangers: all,
            friend: link,
            friends: all,
            source_handshakes: per_second(16, 4),
            handshakes: per_second(256, 64),
            sources_max: 1024,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use nws_protocol::link::Hello;

    use super::*;

    /// Time until half of as many names have been tried, in units of so many seconds.
    fn average(names: u64, unit: u64) -> u64 {
        let RateLimit { burst, interval } = RateLimitsConfig::default().strangers;
        let tries = (names / 2).saturating_sub(u64::from(burst));
        let seconds = tries * u64::try_from(interval.as_millis()).unwrap() / 1000;
        (seconds + unit / 2) / unit
    }

    #[test]
    fn fifty_sites_with_a_thousand_channels_match_at_once_and_again_within_a_minute() {
        let RateLimitsConfig { link, friends, .. } = RateLimitsConfig::sites();
        let slots = Hello::slots_for(1000);
        let all = u32::try_from(49 * slots).unwrap();
        assert!(link.burst as usize >= slots && friends.burst >= all);
        assert!(friends.interval * all <= Duration::from_secs(60));
    }

    #[test]
    fn names_fall_as_late_as_security_md_says() {
        const HOUR: u64 = 60 * 60;
        const YEAR: u64 = 365 * 24 * HOUR;
        let words = |count| 10_000_u64.pow(count);
        assert_eq!(average(words(1), 60), 6, "minutes");
        assert_eq!(average(1_000_000, HOUR), 17, "hours");
        assert_eq!(average(words(2), 7 * 24 * HOUR), 10, "weeks");
        assert_eq!(average(words(4), 1_000_000 * YEAR), 20, "millions of years");
        assert_eq!(average(1000 * 100, HOUR), 2, "hours for a company's name, a word and a year");
        assert_eq!(average(32_u64.pow(8), 1000 * YEAR), 2, "thousands of years for eight random characters");
    }
}

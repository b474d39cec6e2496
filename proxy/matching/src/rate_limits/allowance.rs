//! Limits what the other side of a link may say before a channel is matched.
//!
//! Until then it has little to say, and anybody can be it. A side that says more means harm: its
//! link is closed.

use std::time::Instant;

use nws_protocol::limits::{
    LINK_EARLY_BYTES, LINK_EARLY_BYTES_PER_SECOND, LINK_EARLY_FRAMES, LINK_EARLY_FRAMES_PER_SECOND,
};

use nws_token_bucket::{RateLimit, TokenBucket};

/// What is left of what may be said on one link.
#[derive(Clone, Copy, Debug)]
pub struct Allowance {
    frames: TokenBucket,
    bytes: TokenBucket,
}

impl Default for Allowance {
    fn default() -> Self {
        let per_second = |burst, rate| TokenBucket::new(RateLimit::per_second(burst, rate));
        Self {
            frames: per_second(LINK_EARLY_FRAMES, LINK_EARLY_FRAMES_PER_SECOND),
            bytes: per_second(LINK_EARLY_BYTES, LINK_EARLY_BYTES_PER_SECOND),
        }
    }
}

impl Allowance {
    /// A frame has come. Whether it may.
    pub fn takes_frame(&mut self, now: Instant) -> bool {
        self.frames.try_take(1, now)
    }

    /// So many bytes have come, whatever they mean. Whether they may.
    pub fn takes_bytes(&mut self, count: usize, now: Instant) -> bool {
        self.bytes.try_take(count, now)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a point in time to start from")]
    fn so_much_may_be_said_at_once_and_then_a_little_each_second() {
        let now = Instant::now();
        let mut allowance = Allowance::default();
        let frames =
            |allowance: &mut Allowance, now| (0..9999).filter(|_| allowance.takes_frame(now)).count();
        assert_eq!(frames(&mut allowance, now), 1024);
        assert_eq!(frames(&mut allowance, now + SECOND), 8);
        assert_eq!(frames(&mut allowance, now + 1000 * SECOND), 1024);
        assert!(allowance.takes_bytes(256 * 1024, now));
        assert!(!allowance.takes_bytes(1, now));
        assert!(!allowance.takes_bytes(1025, now + SECOND));
        assert!(allowance.takes_bytes(1024, now + SECOND));
    }
}

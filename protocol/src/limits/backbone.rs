//! Intervals of the backbone: how sites hear of each other.

use std::time::Duration;

/// Mean time between two hellos of a site.
pub const HELLO_INTERVAL: Duration = Duration::from_secs(3);

/// Least time between two hellos of a site, however many others are new.
pub const HELLO_PAUSE: Duration = Duration::from_millis(500);

/// Time without a sign of a site after which it counts as gone: four hellos.
pub const SITE_SILENCE_MAX: Duration = Duration::from_secs(12);

/// Time without a hello of the proxy of a site after which a newcomer has its place. It is three
/// times what an answer takes at most.
pub const SITE_CONTEST: Duration = Duration::from_millis(1500);

/// Time without a hello after which what was sent meanwhile is probably lost: more than one is late.
pub const HELLO_GAP: Duration = Duration::from_secs(5);

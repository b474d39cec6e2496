//! Limits of requests by HTTP, before they become channels.

use std::time::Duration;

/// Head of a request that costs nobody else anything. The smallest buffer that hyper allows; a
/// browser's upgrade takes about 600 B, without cookies.
pub const REQUEST_HEAD_LEAST: usize = 8 * 1024;

/// Head of a request; one that comes all at once may be up to twice as long. A browser sends the
/// cookies of all programs that ever served pages on `localhost`, whatever their ports.
pub const REQUEST_HEAD_MAX: usize = 64 * 1024;

/// What all heads that have not come completely may take together, beyond [`REQUEST_HEAD_LEAST`]
/// for each.
pub const REQUEST_HEADS_MAX: usize = 16 * 1024 * 1024;

/// Time for the head of a request to arrive. On loopback it takes microseconds.
pub const REQUEST_HEAD_TIME: Duration = Duration::from_secs(5);

/// Time after which a connection that still speaks HTTP is asked to make room: a page with all its
/// files takes less than a second.
pub const HTTP_TIME: Duration = Duration::from_secs(60);

/// Time that such a connection then has for the response that is on its way: a client that does not
/// read must not keep its place for ever.
pub const HTTP_END_TIME: Duration = Duration::from_secs(5);

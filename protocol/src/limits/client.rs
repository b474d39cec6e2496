//! Limits of what a client and its proxy say to each other.

use std::time::Duration;

/// Characters of a channel name: as many as most file systems take for the name of a file.
pub const CHANNEL_NAME_MAX: usize = 255;

/// Characters of a peer id that a client chooses. It stands in every frame, so it is short; a UUID
/// takes 36.
pub const PEER_ID_MAX: usize = 64;

/// Nesting of `data`. About the depth at which common JSON readers give up (serde_json reads 127
/// levels); deeper data could be sent but not read.
pub const DATA_DEPTH_MAX: usize = 128;

/// Payload of one message: the bytes of a binary one, of a text in UTF-8, of any other JSON as it
/// is written. Large enough for a photograph, small enough that a thousand of them fit into memory.
pub const MESSAGE_MAX: usize = 1024 * 1024;

/// The largest payload that can be configured. A proxy takes that from another machine whatever is
/// configured here, so that no message is lost between proxies with different limits.
pub const MESSAGE_LIMIT_MAX: usize = 16 * 1024 * 1024;

/// Payload of one part of a message in a stream between peers. A part is processed at once, so that
/// one long message keeps no other waiting; with the costs of a frame, longer ones gain nothing.
pub const STREAM_PART_MAX: usize = 64 * 1024;

/// The longest `data` of a frame of a stream, as it is written. A text of half a part's bytes fits in
/// any case, as JSON may need six characters for one byte. It is read at once: see
/// [`MESSAGE_INLINE_MAX`](super::MESSAGE_INLINE_MAX).
pub const STREAM_DATA_MAX: usize = frame_max(STREAM_PART_MAX / 2);

/// What a frame has besides its data: names, two ids, and room for members that a later version may
/// have.
const ENVELOPE_MAX: usize = 1024;

/// The longest frame that a message with so large a payload may come or go in: JSON may need six
/// characters for one byte, as in `\u0001`.
#[must_use]
pub const fn frame_max(payload: usize) -> usize {
    6 * payload + ENVELOPE_MAX
}

/// Interval of pings to each client.
pub const PING_INTERVAL: Duration = Duration::from_secs(30);

/// Silence after which a client is taken for gone: two intervals, so that it has a whole one to
/// answer a ping.
pub const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Time that a closing connection has to take what is queued and answer, before it is reset.
pub const CLOSE_TIME: Duration = Duration::from_secs(5);

/// Time after which a client that joins is told that it has, even if some link has not answered for
/// the channel. On a local network an answer takes some milliseconds; a person does not notice so
/// long a wait.
pub const WELCOME_TIME: Duration = Duration::from_millis(250);

/// Peers in one channel. Presence costs a frame for each pair of them.
pub const CHANNEL_PEERS_MAX: usize = 10_000;

/// Channels at one time.
pub const CHANNELS_MAX: usize = 16_384;

/// Channel names new to one web site: how many at once. A page of many parts needs a few; a
/// dictionary has thousands.
pub const SITE_NAMES_BURST: u32 = 16;

/// Channel names new to pages of opaque origins, which any site can have: how many at once, for all
/// of them together.
pub const OPAQUE_ORIGINS_NAMES_BURST: u32 = 4;

/// Channel names new to any web site: how many at once.
pub const ALL_SITES_NAMES_BURST: u32 = 64;

/// Time after which one more new name is granted, to a site and to all of them.
pub const NAME_INTERVAL: Duration = Duration::from_secs(2);

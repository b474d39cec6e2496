//! Limits of what other proxies make this one keep in memory.

/// What other proxies can make this one keep, all links together: their members, messages that are
/// not complete, what came and was not heard yet, and slots. Two hundred thousand members fit in.
/// What is reckoned for each is what it takes at most, hash tables that have just grown included.
/// What links have that have to go is not reckoned, but see [`REMOTES_MEMORY_LAST`].
pub const REMOTES_KEPT_MAX: usize = 48 * 1024 * 1024;

/// What other proxies make this one keep together with what links have that have to go: those
/// behind them leave in turns, and are in memory until they have left. Beyond it a link waits until
/// then before it is heard, if it has more than [`KEPT_LITTLE`]; it loses nothing. One link more
/// than [`REMOTES_KEPT_MAX`] and its last messages fit in.
pub const REMOTES_MEMORY_MAX: usize = 52 * 1024 * 1024;

/// Beyond this all links wait. With what they say in one turn, and their buffers, memory grows by
/// less than 64 MiB.
pub const REMOTES_MEMORY_LAST: usize = 56 * 1024 * 1024;

/// What sites of a backbone, which have proved that they belong to one organisation, can make this
/// one keep, all links together. Of fifty sites with a thousand channels each, and one member in each
/// channel, that is 112 MiB.
pub const SITES_KEPT_MAX: usize = 192 * 1024 * 1024;

/// What a link may have and still be heard beyond [`REMOTES_MEMORY_MAX`], in bytes: thirty members,
/// or a short message.
pub const KEPT_LITTLE: usize = 8 * 1024;

/// What one member of another proxy takes besides its id, in bytes: its place in the tree of its
/// link (55 B) and in the table of ids (75 B, and half as much while that grows), the counts of its
/// id and what an allocator adds.
pub const KEPT_PER_MEMBER: usize = 200;

/// What one channel of a link takes, in bytes, with its outbox.
pub const KEPT_PER_CHANNEL: usize = 2048;

/// What it takes that another proxy has not admitted one of our members, in bytes.
pub const KEPT_PER_REFUSAL: usize = 16;

/// What one slot of another proxy takes, in bytes: its state, its element and its tag.
pub const KEPT_PER_SLOT: usize = 96;

/// Bytes of a link that wait to be heard and are so few that they are not reckoned. A shard lets 64
/// frames wait.
pub const KEPT_LEAST: usize = 1024;

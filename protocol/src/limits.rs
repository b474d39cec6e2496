//! Every number that bounds what crosses a wire, with its reason.
//!
//! Sizes are in bytes. These are the defaults; the proxy can be configured otherwise where its
//! `--help` says so.

use std::time::Duration;

/// Characters of a channel name: as many as most file systems take for the name of a file.
pub const CHANNEL_NAME_MAX: usize = 255;

/// Characters of a peer id that a client chooses. It stands in every frame, so it is short; a UUID
/// takes 36.
pub const PEER_ID_MAX: usize = 64;

/// Nesting of `data`. About the depth at which common JSON readers give up (serde_json reads 127
/// levels); deeper data could be sent but not read.
pub const DATA_DEPTH_MAX: usize = 128;

/// Payload of one message: the bytes of a binary one, of a text in UTF-8, of any other JSON as it is written. Large
/// enough for a photograph, small enough that a thousand of them fit into memory.
pub const MESSAGE_MAX: usize = 1024 * 1024;

/// What a frame has besides its data: names, two ids, and room for members that a later version may have.
const ENVELOPE_MAX: usize = 1024;

/// The longest frame that a message with so large a payload may come or go in: JSON may need six characters for one
/// byte, as in `\u0001`.
#[must_use]
pub const fn frame_max(payload: usize) -> usize {
    6 * payload + ENVELOPE_MAX
}

/// Head of a request that costs nobody else anything. The smallest buffer that hyper allows; a browser's upgrade takes
/// about 600 B, without cookies.
pub const REQUEST_HEAD_LEAST: usize = 8 * 1024;

/// Head of a request; one that comes all at once may be up to twice as long. A browser sends the cookies of all programs that ever served pages on `localhost`, whatever their
/// ports.
pub const REQUEST_HEAD_MAX: usize = 64 * 1024;

/// What all heads that have not come completely may take together, beyond [`REQUEST_HEAD_LEAST`] for each.
pub const REQUEST_HEADS_MAX: usize = 16 * 1024 * 1024;

/// Time for the head of a request to arrive. On loopback it takes microseconds.
pub const REQUEST_HEAD_TIME: Duration = Duration::from_secs(5);

/// Time after which a connection that still speaks HTTP is asked to make room: a page with all its files
/// takes less than a second.
pub const HTTP_TIME: Duration = Duration::from_secs(60);

/// Time that such a connection then has for the response that is on its way: a client that does not
/// read must not keep its place for ever.
pub const HTTP_END_TIME: Duration = Duration::from_secs(5);

/// The largest payload that can be configured. A proxy takes that from another machine whatever is configured here, so
/// that no message is lost between proxies with different limits.
pub const MESSAGE_LIMIT_MAX: usize = 16 * 1024 * 1024;

/// Body of a record of a link: a message as JSON, and who says it to whom. While it is not complete
/// it counts among [`REMOTES_KEPT_MAX`], so one that is longer than that gets through nowhere.
pub const LINK_RECORD_MAX: usize = frame_max(MESSAGE_LIMIT_MAX);

/// Members of one channel that a link may announce, or it is closed. No proxy can be configured to have more.
pub const LINK_PEERS_MAX: usize = 100_000;

/// A link drains when it took this much of a channel within [`DRAIN_TIME`]: a network is slower than any reader on
/// this machine, but one that takes less than a telephone line would hold everybody up for ever.
pub const LINK_DRAIN_BYTES: usize = 16 * 1024;

/// Bytes of a channel's stream in one frame of a link, so that heartbeats and other channels pass.
pub const LINK_PIECE_MAX: usize = 64 * 1024;

/// A frame of a link, until one channel has been matched: 64 elements or tags and some room.
pub const LINK_FRAME_EARLY_MAX: usize = 4096;

/// Frames that may come at once on a link of which no channel has been matched, heartbeats and
/// their answers included. Names, evaluations and tags for what there is at once
/// ([`LINK_SLOTS_LIVE`] asked for in full messages, or a burst of evaluations one by one) are at
/// most 800; a slot that is left is not counted, as evaluations bound how many there are.
pub const LINK_EARLY_FRAMES: u32 = 1024;

/// How many more there are each second: evaluations come back by one or two, and each makes up to
/// three frames.
pub const LINK_EARLY_FRAMES_PER_SECOND: u32 = 8;

/// Bytes that may come at once on such a link, with all that TLS and WebSocket add: a name, its
/// evaluation, its tag and its end are about 210 B where each comes by itself, for each of
/// [`LINK_SLOTS_LIVE`].
pub const LINK_EARLY_BYTES: u32 = 256 * 1024;

/// How many more there are each second: as many as the frames take, with room.
pub const LINK_EARLY_BYTES_PER_SECOND: u32 = 1024;

/// Bytes of a link that may come without making a message. The longest one, what is read ahead of
/// its end and what TLS adds are half of it; a message in more pieces than that, of nothing for
/// instance, is no honest one.
pub const LINK_UNHEARD_MAX: usize = 256 * 1024;

/// What may be on its way of the stream of one channel of a link before the other side has asked for more:
/// both sides count on it. It takes 1 GB/s at a round trip of 1 ms.
pub const LINK_WINDOW: usize = 1024 * 1024;

/// Interval of pings to each client.
pub const PING_INTERVAL: Duration = Duration::from_secs(30);

/// Silence after which a client is taken for gone: two intervals, so that it has a whole one to answer
/// a ping.
pub const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Peers in one channel. Presence costs a frame for each pair of them.
pub const CHANNEL_PEERS_MAX: usize = 10_000;

/// Channels at one time.
pub const CHANNELS_MAX: usize = 16_384;

/// File descriptors kept free for listeners, logs and answers to those beyond the limit.
pub const DESCRIPTOR_RESERVE: u64 = 64;

/// What one sender may have waiting for one recipient that drains, before it is no longer read.
/// About 10 ms at the speed of loopback: enough to keep a reader busy, little enough to stop soon.
pub const SENDER_WINDOW: usize = 1024 * 1024;

/// What may wait for one recipient that does not drain, besides the largest message for it: that one may be larger.
pub const RECIPIENT_QUEUE_MAX: usize = 16 * 1024 * 1024;

/// What may wait for all recipients together, so that the proxy's memory has a bound.
pub const ALL_QUEUES_MAX: usize = 256 * 1024 * 1024;

/// What all clients together may have sent of messages that are not complete yet, beyond [`UNFINISHED_SHARE`] for each. Two
/// of the largest frames that can be configured fit in.
pub const UNFINISHED_MAX: usize = 256 * 1024 * 1024;

/// What a client may have sent of a message that is not complete, however much others have: nearly all messages are
/// shorter.
pub const UNFINISHED_SHARE: usize = 16 * 1024;

/// What other proxies can make this one keep, all links together: their members, messages that are
/// not complete, what came and was not heard yet, and slots. Two hundred thousand members fit in.
/// What is reckoned for each is what it takes at most, hash tables that have just grown included.
/// What links have that have to go is not reckoned, but see [`REMOTES_MEMORY_LAST`].
pub const REMOTES_KEPT_MAX: usize = 48 * 1024 * 1024;

/// What other proxies make this one keep together with what links have that have to go: those behind
/// them leave in turns, and are in memory until they have left. Beyond it a link waits until then
/// before it is heard, if it has more than [`KEPT_LITTLE`]; it loses nothing. One link more than
/// [`REMOTES_KEPT_MAX`] and its last messages fit in.
pub const REMOTES_MEMORY_MAX: usize = 52 * 1024 * 1024;

/// Beyond this all links wait. With what they say in one turn, and their buffers, memory grows by
/// less than 64 MiB.
pub const REMOTES_MEMORY_LAST: usize = 56 * 1024 * 1024;

/// What a link may have and still be heard beyond [`REMOTES_MEMORY_MAX`], in bytes: thirty members, or a
/// short message.
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

/// Time without progress after which a recipient is cut. Longer than any pause of a healthy tab.
pub const STALL_TIME: Duration = Duration::from_secs(10);

/// A recipient drains when it took [`DRAIN_BYTES`] within this time. On loopback Linux tells a sender
/// of progress in steps: it opens a full window again only when a sixteenth of the receive buffer is
/// free (`__tcp_select_window`), and that grows to megabytes. Measured, a reader of 2 MB/s showed
/// nothing for up to 0.4 s at a time, so that 100 ms took it for one that had stopped.
pub const DRAIN_TIME: Duration = Duration::from_secs(1);

/// See [`DRAIN_TIME`]: about 1 MB/s, below which waiting for a reader would stall everybody else, less
/// a step.
pub const DRAIN_BYTES: usize = 768 * 1024;

/// Time after which whoever joins is told that it has, even if some link has not answered for the channel. On a local network an
/// answer takes some milliseconds; a person does not notice so long a wait.
pub const WELCOME_TIME: Duration = Duration::from_millis(250);

/// Time that a closing connection has to take what is queued and answer, before it is reset.
pub const CLOSE_TIME: Duration = Duration::from_secs(5);

/// A message that is longer is read and encoded on a thread where nobody waits for it. The costliest
/// JSON, of nothing but escapes, takes 4 µs a KiB (measured), so a shorter one takes about 1 ms.
pub const MESSAGE_INLINE_MAX: usize = 256 * 1024;

/// What one pass reads from one connection, or from one link, so that a flood cannot starve a
/// neighbour.
pub const READ_PER_PASS: usize = 256 * 1024;

/// Records of one link that a shard takes before others have their turn. A member that comes or
/// goes costs about 2 µs, and more where many are told, which [`LINK_QUEUED_PER_PASS`] bounds.
pub const LINK_RECORDS_PER_PASS: usize = 256;

/// What may be queued because of one link before others have their turn: ten thousand notices.
pub const LINK_QUEUED_PER_PASS: usize = 1024 * 1024;

/// Frames that what one client or one link says may become before others have their turn: the more hear it,
/// the less is read at once, and heard of that. Each takes 0.1 to 0.4 µs.
pub const FRAMES_PER_PASS: usize = 4096;

/// Sockets that a shard writes to before others have their turn: a write takes up to 10 µs.
pub const WRITES_PER_PASS: usize = 256;

/// Bytes that a shard writes before others have their turn: the kernel copies them at some GB/s.
pub const WRITTEN_PER_PASS: usize = 4 * 1024 * 1024;

/// Channel names new to one web site: how many at once. A page of many parts needs a few; a
/// dictionary has thousands.
pub const SITE_NAMES_BURST: u32 = 16;

/// Channel names new to pages of opaque origins, which any site can have: how many at once, for all of them together.
pub const OPAQUE_ORIGINS_NAMES_BURST: u32 = 4;

/// Channel names new to any web site: how many at once.
pub const ALL_SITES_NAMES_BURST: u32 = 64;

/// Time after which one more new name is granted, to a site and to all of them.
pub const NAME_INTERVAL: Duration = Duration::from_secs(2);

/// Slots that one message of a link's matching names, and evaluations that one side may have waiting: about 15 ms
/// of arithmetic.
pub const LINK_SLOTS_PER_MESSAGE: usize = 64;

/// Evaluations that one side may have waiting for what it offers once a link has begun. Where the other side grants
/// no more than two a second, a channel that is opened next waits for these.
pub const LINK_SLOTS_LATER: usize = 8;

/// Slots that one side of a link has at one time. Enough for every channel of a busy machine; each costs both sides
/// about 0.2 ms.
pub const LINK_SLOTS_LIVE: u16 = 1024;

/// Slots that one side of a link ever has, and so guesses that one connection is good for.
pub const LINK_SLOTS_LIFETIME: u16 = 4096;

/// The fewest slots that a link begins with: fewer channels than that look the same from outside.
pub const LINK_SLOTS_LEAST: usize = 8;

// Links between proxies.

/// Interval of heartbeats on each link: three may be lost before a link counts as silent.
pub const LINK_HEARTBEAT: Duration = Duration::from_secs(3);

/// Silence after which a link is taken for dead. Three heartbeats and their answers fit in, and
/// a machine that lost its power is missed within 15 s, together with everything that may be late.
pub const LINK_SILENCE_MAX: Duration = Duration::from_secs(10);

/// Time that a link has to answer when another one to the same proxy waits for its place. On a local
/// network an answer takes milliseconds, and a proxy that is busy for longer than this gets its link back
/// by a new dial.
pub const LINK_PROBE_TIME: Duration = Duration::from_secs(1);

/// Time from the TLS handshake to the exchange of HELLO.
pub const LINK_HELLO_TIME: Duration = Duration::from_secs(10);

/// Accepted links that have not exchanged HELLO.
pub const LINKS_BEFORE_HELLO_MAX: usize = 64;

/// Links that have never matched a channel: more proxies than a local network has, fewer than would cost
/// a machine anything.
pub const LINKS_UNMATCHED_MAX: usize = 256;

/// Links of all kinds: more proxies than a local network has. Each costs a descriptor and its buffers.
pub const LINKS_MAX: usize = 1024;

/// Links that were accepted from one address. A machine has one proxy, or a few; behind one address there may be
/// several machines.
pub const LINKS_PER_SOURCE_MAX: usize = 64;

/// Lateness after which nobody was listening: an answer may have come meanwhile, and is read first. Timers are
/// late by milliseconds on a machine that is busy.
pub const STANDSTILL_LEAST: Duration = Duration::from_millis(100);

/// A link that has never matched counts as brief up to this: where each has to make room for the next one, because
/// there are some dozens more than [`LINKS_UNMATCHED_MAX`], links last about as long.
pub const BRIEF_LINK: Duration = Duration::from_secs(300);

/// Time that a dial may take, up to the end of its TLS handshake. The kernel repeats the first packet
/// after 1 s and 3 s, so that a network that comes back is noticed within 2 s.
pub const DIAL_TIME: Duration = Duration::from_secs(5);

/// Dials at one time to proxies that are configured or knew one of our channels. A dial costs a socket, and so
/// many at once find the half of a large network again within [`DIAL_TIME`]. Dials to others are bounded by
/// [`NEW_DIALS_PER_SECOND`], [`LINKED_DIALS_PER_SECOND`] and [`DIAL_TIME`].
pub const DIALS_MAX: usize = 32;

/// Dials in each second to proxies that were never linked: what announcements, true or not, can make us do.
pub const NEW_DIALS_PER_SECOND: usize = 2;

/// Dials in each second to proxies that were linked and never knew one of our channels: anybody can be that under
/// as many ids as he likes. A network of fifty is found again within seconds.
pub const LINKED_DIALS_PER_SECOND: usize = 8;

/// Time after which news of a proxy make us dial it early again: they are free, and may be lies.
pub const HURRY_INTERVAL: Duration = Duration::from_secs(5);

/// Shortest time between two dials to one proxy.
pub const REDIAL_MIN: Duration = Duration::from_millis(500);

/// Longest time between two dials to one proxy that was linked: it bounds how long a network that comes
/// back goes unnoticed.
pub const REDIAL_MAX: Duration = Duration::from_secs(5);

/// Shortest time between two questions that are asked because the network seems to be back: everybody on it hears
/// them. Their repetition by mDNS after 1 s and 3 s finds what was not there yet.
pub const ASK_INTERVAL: Duration = Duration::from_secs(2);

/// Time for which a proxy whose link was lost is dialled, whatever announcements say.
pub const REDIAL_TIME: Duration = Duration::from_secs(600);

/// Time between two dials to a proxy in whose place another one answered, that had to make room, or that
/// has not answered [`NEW_DIAL_TRIES`] times, and the longest one to a proxy whose links are all brief: dials cost
/// the other side a handshake, and newcomers their turn.
pub const REDIAL_RARE: Duration = Duration::from_secs(60);

/// Time between two dials to a configured address that leads back to this proxy: a name may get another meaning.
pub const REDIAL_OWN: Duration = Duration::from_secs(60 * 60);

/// Dials to a proxy that has never answered, before they get rare.
pub const NEW_DIAL_TRIES: u32 = 8;

/// Time for which an announcement counts. It is not repeated while nothing changes, so this has to be
/// long enough for somebody to answer what his firewall asks.
pub const CANDIDATE_TIME: Duration = Duration::from_secs(600);

/// Proxies that may be dialled and are not linked. As many as have announced themselves on a large
/// network; announcements are free, so anybody can fill it.
pub const CANDIDATES_MAX: usize = 256;

/// How many of [`CANDIDATES_MAX`] may be proxies that were linked before, so that there is room for
/// newcomers.
pub const CANDIDATES_KNOWN_MAX: usize = 192;

/// Addresses of one proxy: a few interfaces with two IPv6 addresses and one IPv4 address each.
pub const ADDRESSES_MAX: usize = 12;

/// The proxy with the higher id dials a newcomer later by about this, because the other one is about to
/// dial too.
pub const DIAL_COURTESY: Duration = Duration::from_millis(100);

/// Time for which a channel is offered to other proxies after its last member has left, so that a page's
/// reload costs nothing.
pub const CHANNEL_LINGER: Duration = Duration::from_secs(30);

//! Limits of links and dials: how many, how often, and for how long.

use std::time::Duration;

/// Accepted links that have not exchanged HELLO.
pub const LINKS_BEFORE_HELLO_MAX: usize = 64;

/// Links that have never matched a channel: more proxies than a local network has, fewer than would
/// cost a machine anything.
pub const LINKS_UNMATCHED_MAX: usize = 256;

/// Links of all kinds: more proxies than a local network has. Each costs a descriptor and its
/// buffers.
pub const LINKS_MAX: usize = 1024;

/// Links that were accepted from one address. A machine has one proxy, or a few; behind one address
/// there may be several machines.
pub const LINKS_PER_SOURCE_MAX: usize = 64;

/// A link that has never matched counts as brief up to this: where each has to make room for the
/// next one, because there are some dozens more than [`LINKS_UNMATCHED_MAX`], links last about as
/// long.
pub const BRIEF_LINK: Duration = Duration::from_secs(300);

/// Time that a dial may take, up to the end of its TLS handshake. The kernel repeats the first
/// packet after 1 s and 3 s, so that a network that comes back is noticed within 2 s.
pub const DIAL_TIME: Duration = Duration::from_secs(5);

/// Dials at one time to proxies that are configured or knew one of our channels. A dial costs a
/// socket, and so many at once find the half of a large network again within [`DIAL_TIME`]. Dials
/// to others are bounded by [`NEW_DIALS_PER_SECOND`], [`LINKED_DIALS_PER_SECOND`] and
/// [`DIAL_TIME`].
pub const DIALS_MAX: usize = 32;

/// Dials in each second to proxies that were never linked: what announcements, true or not, can
/// make us do.
pub const NEW_DIALS_PER_SECOND: usize = 2;

/// Dials in each second to proxies that were linked and never knew one of our channels: anybody can
/// be that under as many ids as he likes. A network of fifty is found again within seconds.
pub const LINKED_DIALS_PER_SECOND: usize = 8;

/// Time after which news of a proxy make us dial it early again: they are free, and may be lies.
pub const HURRY_INTERVAL: Duration = Duration::from_secs(5);

/// Shortest time between two dials to one proxy.
pub const REDIAL_MIN: Duration = Duration::from_millis(500);

/// Longest time between two dials to one proxy that was linked: it bounds how long a network that
/// comes back goes unnoticed.
pub const REDIAL_MAX: Duration = Duration::from_secs(5);

/// Shortest time between two questions that are asked because the network seems to be back:
/// everybody on it hears them. Their repetition by mDNS after 1 s and 3 s finds what was not there
/// yet.
pub const ASK_INTERVAL: Duration = Duration::from_secs(2);

/// Time for which a proxy whose link was lost is dialled, whatever announcements say.
pub const REDIAL_TIME: Duration = Duration::from_secs(600);

/// Time between two dials to a proxy in whose place another one answered, that had to make room, or
/// that has not answered [`NEW_DIAL_TRIES`] times, and the longest one to a proxy whose links are
/// all brief: dials cost the other side a handshake, and newcomers their turn.
pub const REDIAL_RARE: Duration = Duration::from_secs(60);

/// Dials at one time to places where a proxy may be, as another program says: the machines of a
/// tailnet, or the records of a domain. They are apart from [`DIALS_MAX`], so that they never keep a
/// dial waiting that somebody has asked for. A thousand machines that are all silent are through
/// within three minutes, and those that refuse within seconds.
pub const HINT_DIALS_MAX: usize = 32;

/// Longest time between two dials to a machine of which nobody says that it runs a proxy. Where one
/// was linked, it is [`REDIAL_MAX`].
pub const HINT_REDIAL_MAX: Duration = Duration::from_secs(60);

/// Time between two dials to a configured address that leads back to this proxy: a name may get
/// another meaning.
pub const REDIAL_OWN: Duration = Duration::from_secs(60 * 60);

/// Dials to a proxy that has never answered, before they get rare.
pub const NEW_DIAL_TRIES: u32 = 8;

/// Time for which an announcement counts. It is not repeated while nothing changes, so this has to
/// be long enough for somebody to answer what his firewall asks.
pub const CANDIDATE_TIME: Duration = Duration::from_secs(600);

/// Proxies that may be dialled and are not linked. As many as have announced themselves on a large
/// network; announcements are free, so anybody can fill it.
pub const CANDIDATES_MAX: usize = 256;

/// How many of [`CANDIDATES_MAX`] may be proxies that were linked before, so that there is room for
/// newcomers.
pub const CANDIDATES_KNOWN_MAX: usize = 192;

/// Addresses of one proxy: a few interfaces with two IPv6 addresses and one IPv4 address each.
pub const ADDRESSES_MAX: usize = 12;

/// The proxy with the higher id dials a newcomer later by about this, because the other one is
/// about to dial too.
pub const DIAL_COURTESY: Duration = Duration::from_millis(100);

/// Time for which a channel is offered to other proxies after its last member has left, so that a
/// page's reload costs nothing.
pub const CHANNEL_LINGER: Duration = Duration::from_secs(30);

//! Links that are too many.
//!
//! The address with most links gives way. Links are cheap for an attacker, and a proxy that has few
//! must not lose them to one. Of one address, and of addresses that have as many, the oldest link
//! goes that has never matched. A link that has matched goes only where all have.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::link::Link;
use crate::mesh::LinkId;

/// The link that has to give way where more than `max` of `links` are there since `newcomer` came:
/// perhaps the newcomer itself.
pub(super) fn surplus<'a>(
    links: impl Iterator<Item = (LinkId, &'a Link)> + Clone,
    max: usize,
    newcomer: LinkId,
) -> Option<LinkId> {
    if links.clone().count() <= max {
        return None;
    }
    let mut of_source: BTreeMap<IpAddr, usize> = BTreeMap::new();
    links.clone().for_each(|(_, it)| *of_source.entry(it.source).or_default() += 1);
    let rank = |link, it: &Link| (Reverse(of_source[&it.source]), it.matched, it.since, link == newcomer);
    let first = links.min_by_key(|(link, it)| rank(*link, it));
    first.map(|(link, _)| link)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any time is as good as another")]
mod tests {
    use std::time::{Duration, Instant};

    use slotmap::SlotMap;

    use super::*;
    use crate::mesh::RemoteId;

    /// Links from hosts, and whether they have matched, from the oldest to the newest.
    fn links<const N: usize>(of: [(u8, bool); N]) -> Vec<(LinkId, Link)> {
        let mut names = SlotMap::<LinkId, ()>::with_key();
        let start = Instant::now();
        let link = |(age, (host, matched)): (u64, (u8, bool))| {
            let since = start + Duration::from_secs(age);
            let link = Link::new(RemoteId::default(), [10, 0, 0, host].into(), false, since);
            (names.insert(()), Link { matched, ..link })
        };
        (0..).zip(of).map(link).collect()
    }

    /// The place in the list of the link that gives way when one fewer may be there.
    fn gives_way<const N: usize>(of: [(u8, bool); N]) -> Option<usize> {
        let links = links(of);
        let newcomer = links.last().expect("a link").0;
        let each = links.iter().map(|(id, link)| (*id, link));
        assert_eq!(surplus(each.clone(), N, newcomer), None, "there is room for all");
        let gone = surplus(each, N - 1, newcomer)?;
        links.iter().position(|(id, _)| *id == gone)
    }

    #[test]
    fn the_address_with_most_links_gives_way_however_old_the_others_are() {
        assert_eq!(gives_way([(1, false), (2, true), (2, true), (3, false)]), Some(1));
    }

    #[test]
    fn of_one_address_the_oldest_that_never_matched_gives_way() {
        assert_eq!(gives_way([(1, true), (1, false), (1, false)]), Some(1));
    }

    #[test]
    fn a_link_that_matched_gives_way_where_all_have() {
        assert_eq!(gives_way([(1, true), (1, true)]), Some(0));
    }

    #[test]
    fn a_newcomer_gives_way_to_links_that_matched() {
        assert_eq!(gives_way([(1, true), (2, true), (3, false)]), Some(2));
    }
}

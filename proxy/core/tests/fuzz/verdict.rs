//! Whether everybody knows what is true.

use std::collections::BTreeSet;

use crate::channels::{CHANNEL_PEERS_MAX, Conn, End, World};
use crate::client::Client;
use crate::other::Other;
use nws_core::{ConnId, Framing};

/// Whoever has read everything knows who is present, and all know the same.
pub(crate) fn judge(world: &World<'_>) {
    for channel in 0..3 {
        let clients = || world.conns.iter().filter_map(client).filter(|(_, it)| it.channel == channel);
        let others = || world.conns.iter().filter_map(other).filter(|(_, it)| it.channel == channel);
        let present = || clients().filter(|(_, client)| client.is_present()).map(|(_, client)| client);
        let knows_all = |conn| world.has_all(conn);
        let informed: Vec<&Client> = clients()
            .filter(|(conn, it)| it.is_present() && it.framing == Framing::Structured && knows_all(*conn))
            .map(|(_, client)| client)
            .collect();
        let others: Vec<(ConnId, &Other)> = others().filter(|(_, other)| !other.is_over).collect();
        if let Some(view) = informed.first().map(|client| client.view()) {
            informed.iter().for_each(|client| assert_eq!(client.view(), view));
            judge_view(world, &view, present(), &others);
        }
        let ids: BTreeSet<&str> = present().filter_map(|client| client.id.as_deref()).collect();
        let count = present().count();
        for (_, other) in others.iter().filter(|(conn, it)| it.has_roster && knows_all(*conn)) {
            let known: BTreeSet<&str> = other.known.values().map(String::as_str).collect();
            assert_eq!(known.len(), count, "another proxy knows all who are here");
            assert!(ids.is_subset(&known));
        }
    }
}

/// Who is seen is here, or was announced; and whoever should be seen is.
fn judge_view<'a>(
    world: &World<'_>,
    view: &BTreeSet<&str>,
    present: impl Iterator<Item = &'a Client>,
    others: &[(ConnId, &Other)],
) {
    let here: Vec<&Client> = present.collect();
    let known: BTreeSet<&str> = here.iter().filter_map(|client| client.id.as_deref()).collect();
    assert!(known.is_subset(view), "somebody who is here is not seen");
    let announced = |id: &str| others.iter().any(|(_, it)| it.announced.values().any(|other| other == id));
    let strangers = view.iter().filter(|id| !known.contains(*id) && !announced(id)).count();
    let unknown = here.iter().filter(|client| client.id.is_none()).count();
    assert!(strangers <= unknown, "somebody is seen who is not here");
    for (conn, other) in others.iter().filter(|(_, it)| it.has_roster) {
        let ids: BTreeSet<&String> =
            other.announced.values().filter(|id| view.contains(id.as_str())).collect();
        assert_eq!(ids.len(), other.announced.len().min(CHANNEL_PEERS_MAX), "as many are seen as have room");
        let is_admitted = |number: &u32| !other.not_admitted.contains(number);
        assert!(
            !world.has_all(*conn)
                || other.announced.keys().filter(|number| is_admitted(number)).count() == ids.len(),
            "another proxy knows who is not admitted"
        );
    }
}

fn client((conn, it): (ConnId, &Conn)) -> Option<(ConnId, &Client)> {
    if let End::Client(client) = &it.end { Some((conn, client)) } else { None }
}

fn other((conn, it): (ConnId, &Conn)) -> Option<(ConnId, &Other)> {
    if let End::Other(other) = &it.end { Some((conn, other)) } else { None }
}

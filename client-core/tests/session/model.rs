//! Any order of events, and handlers that act: what a page must see.

use std::collections::BTreeMap;

use nws_client_core::session::{Input, ROOT};
use nws_client_core::{Action, Fact, Policy, ReadyState};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;

use crate::page::{Act, Connection, Event, Page};

/// Something that the world does, if it can.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Locate(bool),
    Connect,
    Admit,
    Arrive,
    /// The peer with this index says something, or leaves.
    Speak(usize),
    Leave(usize),
    Broadcast,
    Break,
    Disconnect(u16),
    Awake,
    Facts(u32),
    EndTask,
    ClosePeer(usize),
    CloseChannel,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        6 => (0..8).prop_map(|n| Turn::Locate(n > 0)),
        6 => Just(Turn::Connect),
        6 => Just(Turn::Admit),
        6 => Just(Turn::Arrive),
        2 => (0_usize..4).prop_map(Turn::Speak),
        3 => (0_usize..4).prop_map(Turn::Leave),
        2 => Just(Turn::Broadcast),
        1 => Just(Turn::Break),
        2 => prop_oneof![Just(1006), Just(1000), Just(1001), Just(1009), Just(4503)].prop_map(Turn::Disconnect),
        6 => Just(Turn::Awake),
        3 => prop_oneof![
            Just(0),
            Just(Fact::Present.number()),
            Just(Fact::Refused.number()),
            Just(Fact::Ungranted.number()),
        ]
        .prop_map(Turn::Facts),
        4 => Just(Turn::EndTask),
        2 => (0_usize..4).prop_map(Turn::ClosePeer),
        1 => Just(Turn::CloseChannel),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![2 => (0_usize..4).prop_map(Act::ClosePeer), 1 => Just(Act::CloseChannel)]
}

impl Page {
    fn nth(&self, nth: usize) -> Option<u32> {
        self.peers.iter().nth(nth).copied()
    }

    fn hears(&self) -> bool {
        self.connection == Connection::Heard && self.has_asked
    }

    /// Does this, unless the world is in no state for it.
    #[expect(clippy::wildcard_enum_match_arm, reason = "each turn has a condition, and without it is none")]
    fn turn(&mut self, turn: Turn) {
        let frame = |action, peer| Input::Frame { action, peer };
        match turn {
            Turn::Locate(is_known) if self.is_locating => {
                self.is_locating = false;
                self.has_asked = false;
                self.tell(if is_known { Input::Located } else { Input::Unlocated });
            }
            Turn::Connect if self.connection == Connection::Heard && !self.has_asked => {
                self.tell(Input::Connected);
            }
            Turn::Admit if self.hears() => self.tell(frame(Action::Status, None)),
            Turn::Arrive if self.hears() => self.tell(frame(Action::Connect, None)),
            Turn::Broadcast if self.hears() => self.tell(frame(Action::Broadcast, None)),
            Turn::Speak(nth) if self.hears() => self.tell(frame(Action::Message, self.nth(nth))),
            Turn::Leave(nth) if self.hears() => self.tell(frame(Action::Disconnect, self.nth(nth))),
            Turn::Break if self.connection != Connection::None => self.tell(Input::Broken),
            Turn::Disconnect(code) if self.connection != Connection::None => {
                self.connection = Connection::None;
                self.tell(Input::Disconnected { code, lasted: 0.0 });
            }
            Turn::Awake if self.wait.take().is_some() => self.tell(Input::Awake { lasted: 0.0 }),
            Turn::Facts(facts) if self.is_gathering => {
                self.is_gathering = false;
                self.tell(Input::Facts(facts));
            }
            Turn::EndTask => {
                for serial in std::mem::take(&mut self.leaving) {
                    if !self.has_closed() {
                        self.tell(Input::Left(serial));
                    }
                }
            }
            Turn::ClosePeer(nth) => {
                if let Some(serial) = self.nth(nth) {
                    self.tell(Input::Close(serial));
                }
            }
            Turn::CloseChannel if !self.has_closed() => self.tell(Input::Close(ROOT)),
            // It can do nothing of the kind now.
            _ => {}
        }
    }

    /// The channel has not ended, so something is awaited.
    fn is_alive(&self) -> bool {
        self.is_locating
            || self.is_gathering
            || self.wait.is_some()
            || self.connection != Connection::None
            || !self.leaving.is_empty()
    }
}

/// What a page must see of each peer, and of the channel.
fn check(events: &[Event]) {
    let mut peers: BTreeMap<u32, &str> = BTreeMap::new();
    let mut is_open = false;
    for (place, event) in events.iter().enumerate() {
        match *event {
            Event::Open => assert!(!std::mem::replace(&mut is_open, true), "open twice"),
            Event::Connect(serial) => {
                assert!(is_open, "a peer before open");
                assert_eq!(peers.insert(serial, "connected"), None, "connect twice");
            }
            Event::PeerOpen(serial) => assert_eq!(peers.insert(serial, "open"), Some("connected")),
            Event::PeerClose(serial) => {
                let before = peers.insert(serial, "closed");
                assert!(before == Some("open") || before == Some("connected"), "{before:?}");
            }
            Event::Disconnect(serial) => assert_eq!(peers.insert(serial, "gone"), Some("closed")),
            Event::Direct => assert!(peers.values().any(|state| *state == "open"), "a message of nobody"),
            Event::Reconnecting(_) => {
                assert!(peers.values().all(|state| *state == "gone"), "a peer outlives its connection");
                is_open = false;
            }
            Event::Close => {
                assert!(peers.values().all(|state| *state == "gone"), "a peer outlives its channel");
                assert_eq!(place + 1, events.len(), "something after close");
            }
            Event::Error(_, is_fatal) => {
                let next = events.get(place + 1);
                assert!(!is_fatal || next.is_none() || next == Some(&Event::Close), "{next:?}");
            }
            Event::Sync | Event::Broadcast | Event::Complaint => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_page_sees_what_it_must(
        reconnects in any::<bool>(),
        turns in vec(turn(), 0..80),
        handlers in btree_map(0_usize..40, act(), 0..6),
    ) {
        let policy = Policy { max_delay: 5000.0, max_queued: None };
        let mut page = Page::new(reconnects.then_some(policy));
        page.handlers = handlers;
        for turn in turns {
            page.turn(turn);
            check(&page.events);
            prop_assert_eq!(page.session.next_step(), None, "a step is left over");
            let is_over = page.state() == ReadyState::Closed;
            prop_assert!(is_over || !page.has_closed(), "a closed channel is {:?}", page.state());
            prop_assert!(!is_over || page.has_closed() || page.connection != Connection::None, "no close");
            prop_assert!(page.has_closed() || page.is_alive(), "it stands still: {:?}", page);
        }
        page.handlers.clear();
        for turn in [Turn::CloseChannel, Turn::EndTask, Turn::Disconnect(1000)] {
            page.turn(turn);
        }
        check(&page.events);
        prop_assert!(page.has_closed() && page.peers.is_empty(), "{:?}", page);
    }
}

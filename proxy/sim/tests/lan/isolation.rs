//! A machine with more channels than links offer.

use nws_protocol::limits::LINK_SLOTS_LIVE;
use nws_sim::lan::{Lan, Resident, Weather};
use nws_sim::{Event, network};

use crate::world::SECOND;

/// How often a client was told that its channel reaches no other machine, and which peers it has seen come.
fn seen(lan: &mut Lan, who: Resident) -> (usize, usize) {
    let events = lan.events(who);
    let limits = events.iter().filter(|event| matches!(event, Event::Error { code, .. } if code == "limit"));
    let arrivals = events.iter().filter(|event| matches!(event, Event::Connect { .. }));
    (limits.count(), arrivals.count())
}

#[test]
fn who_is_in_a_channel_too_many_is_told_and_reaches_others_when_there_is_room() {
    let mut lan = Lan::new(Weather::default(), 1);
    let [one, two] = [(); 2].map(|()| lan.start());
    let many: Vec<_> =
        (0..LINK_SLOTS_LIVE).map(|number| lan.join(one, &network(&format!("many{number}")))).collect();
    let late = lan.join(one, &network("late"));
    let elsewhere = lan.join(two, &network("late"));
    // Who shares a channel is not a stranger, and may ask for all the others.
    lan.join(two, &network("many1"));
    lan.advance(5 * SECOND);
    assert_eq!((seen(&mut lan, late), seen(&mut lan, elsewhere)), ((1, 0), (0, 0)));
    let second = lan.join(one, &network("late"));
    lan.advance(SECOND);
    assert_eq!((seen(&mut lan, late), seen(&mut lan, second)), ((0, 1), (1, 1)), "each is told once");
    lan.vanish(many[0]);
    lan.advance(SECOND);
    assert_eq!((seen(&mut lan, late), seen(&mut lan, second)), ((0, 1), (0, 1)));
    let third = lan.join(one, &network("late"));
    // It is one more than there are at once.
    lan.advance(2 * SECOND);
    assert_eq!((seen(&mut lan, third), seen(&mut lan, elsewhere)), ((0, 3), (0, 3)));
    assert_eq!((seen(&mut lan, many[1]), seen(&mut lan, many[2])), ((0, 1), (0, 0)));
}

/// Whoever comes to a channel that was empty meanwhile is told anew.
#[test]
fn a_channel_too_many_may_be_left_and_joined_again() {
    let mut lan = Lan::new(Weather::default(), 2);
    let one = lan.start();
    for number in 0..LINK_SLOTS_LIVE {
        lan.join(one, &network(&format!("many{number}")));
    }
    for _ in 0..3 {
        let late = lan.join(one, &network("late"));
        lan.advance(SECOND);
        assert_eq!(seen(&mut lan, late), (1, 0));
        lan.vanish(late);
        lan.advance(SECOND);
    }
}

//! What is offered on which link.

use std::time::Duration;

use nws_core::{LinkId, MeshConfig, MeshInput, MeshOutput};

use crate::desk::{Desk, HIGHER, LOWER, SECOND, name};

const LINGER: Duration = Duration::from_secs(30);

fn open(desk: &mut Desk, channel: &str) -> Vec<MeshOutput> {
    desk.tell(MeshInput::Opened { channel: name(channel) })
}

fn shut(desk: &mut Desk, channel: &str) -> Vec<MeshOutput> {
    desk.tell(MeshInput::Closed { channel: name(channel) })
}

fn offer(link: LinkId, channel: &str) -> MeshOutput {
    MeshOutput::Offer { link, channel: name(channel) }
}

fn linger(link: LinkId, channel: &str) -> MeshOutput {
    MeshOutput::Linger { link, channel: name(channel) }
}

fn isolated(channel: &str, is_isolated: bool) -> MeshOutput {
    MeshOutput::Isolated { channel: name(channel), is_isolated }
}

fn withdraw(link: LinkId, channel: &str) -> MeshOutput {
    MeshOutput::Withdraw { link, channel: name(channel) }
}

/// What happens to channels while the link is kept alive.
fn wait(desk: &mut Desk, link: LinkId, time: Duration) -> Vec<(Duration, MeshOutput)> {
    let start = desk.now;
    let mut seen = Vec::new();
    while desk.now < start + time {
        let passed = desk.now - start;
        let outputs = desk.wait(SECOND.min(time - passed));
        seen.extend(outputs.into_iter().map(|(at, output)| (passed + at, output)));
        desk.tell(MeshInput::Heard { link });
    }
    seen.retain(|(_, output)| !matches!(output, MeshOutput::Ping { .. }));
    seen
}

#[test]
fn everything_is_offered_first_on_a_link_that_is_ready() {
    let mut desk = Desk::new();
    assert_eq!(open(&mut desk, "a"), []);
    assert_eq!(open(&mut desk, "b"), []);
    let (link, _) = desk.connect(LOWER, None);
    assert_eq!(open(&mut desk, "c"), [], "it is not ready");
    desk.connect(LOWER, None);
    let outputs = desk.tell(MeshInput::Ready { link });
    let all = [offer(link, "a"), offer(link, "b"), offer(link, "c")];
    assert_eq!(outputs, [&all[..], &[MeshOutput::Ping { link }]].concat());
}

#[test]
fn later_ones_are_offered_on_all_links() {
    let mut desk = Desk::new();
    let (one, two) = (desk.accept(LOWER), desk.accept(HIGHER));
    assert_eq!(open(&mut desk, "a"), [offer(one, "a"), offer(two, "a")]);
    desk.tell(MeshInput::Down { link: one });
    assert_eq!(open(&mut desk, "b"), [offer(two, "b")]);
}

#[test]
fn an_empty_one_lingers_for_30_seconds() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    open(&mut desk, "a");
    assert_eq!(shut(&mut desk, "a"), [linger(link, "a")]);
    assert_eq!(wait(&mut desk, link, LINGER - SECOND), []);
    assert_eq!(open(&mut desk, "a"), [offer(link, "a")], "as after a reload");
    assert_eq!(wait(&mut desk, link, 2 * LINGER), []);
    shut(&mut desk, "a");
    assert_eq!(wait(&mut desk, link, 2 * LINGER), [(LINGER, withdraw(link, "a"))]);
    assert_eq!(open(&mut desk, "a"), [offer(link, "a")]);
}

#[test]
fn one_that_lingers_is_offered_on_new_links_for_it_may_come_back() {
    let mut desk = Desk::new();
    open(&mut desk, "a");
    shut(&mut desk, "a");
    let (link, _) = desk.connect(LOWER, None);
    assert_eq!(desk.tell(MeshInput::Ready { link }), [offer(link, "a")]);
    assert_eq!(open(&mut desk, "a"), [offer(link, "a")]);
}

/// A link begins with a power of two of slots, eight at least; those that left last may come back first.
#[test]
fn those_that_linger_take_what_others_leave_of_what_a_link_begins_with() {
    let mut desk = Desk::new();
    for number in 0..20 {
        open(&mut desk, &format!("empty{number}"));
        shut(&mut desk, &format!("empty{number}"));
        desk.wait(Duration::from_millis(1));
    }
    for channel in ["a", "b", "c", "d", "e", "f"] {
        open(&mut desk, channel);
    }
    let (link, _) = desk.connect(LOWER, None);
    let offers = ["a", "b", "c", "d", "e", "f", "empty19", "empty18"].map(|channel| offer(link, channel));
    assert_eq!(desk.tell(MeshInput::Ready { link }), offers);
    assert_eq!(open(&mut desk, "empty3"), [offer(link, "empty3")]);
}

#[test]
fn those_beyond_the_slots_wait_and_empty_ones_give_way() {
    let mut desk = Desk::with(MeshConfig { slots_max: 2, ..MeshConfig::default() });
    let link = desk.accept(LOWER);
    for channel in ["a", "b"] {
        assert_eq!(open(&mut desk, channel), [offer(link, channel)]);
    }
    for channel in ["c", "d", "e"] {
        assert_eq!(open(&mut desk, channel), [isolated(channel, true)]);
    }
    assert_eq!(open(&mut desk, "c"), [isolated("c", true)], "others are there now");
    assert_eq!(shut(&mut desk, "c"), [isolated("c", false)], "it was never offered");
    let d = [isolated("d", false), offer(link, "d")];
    assert_eq!(shut(&mut desk, "a"), [&[linger(link, "a"), withdraw(link, "a")], &d[..]].concat());
    assert_eq!(wait(&mut desk, link, LINGER), []);
    assert_eq!(shut(&mut desk, "e"), [isolated("e", false)]);
    shut(&mut desk, "b");
    assert_eq!(open(&mut desk, "f"), [withdraw(link, "b"), offer(link, "f")]);
}

/// A shell that keeps twice as many orders for a link as there are slots ends none that is only slow.
#[test]
fn one_turn_asks_for_little_more_than_the_slots() {
    let slots_max = 16;
    let mut desk = Desk::with(MeshConfig { slots_max, ..MeshConfig::default() });
    let names: Vec<String> = (0..2 * slots_max).map(|number| format!("room{number}")).collect();
    names.iter().for_each(|name| drop(open(&mut desk, name)));
    let (link, _) = desk.connect(LOWER, None);
    let offered = desk.tell(MeshInput::Ready { link }).len();
    assert_eq!(offered, slots_max);
    let most = names.iter().map(|name| shut(&mut desk, name).len()).max().unwrap();
    assert!(most <= 4, "{most} for one channel");
    let withdrawn = wait(&mut desk, link, 2 * LINGER);
    let at_once = |time| withdrawn.iter().filter(|(at, _)| *at == time).count();
    assert_eq!(withdrawn.iter().map(|&(at, _)| at_once(at)).max(), Some(slots_max));
}

//! When the network is asked who is there.

use std::time::Duration;

use nws_core::{DialId, MeshInput, MeshOutput};

use crate::desk::{Desk, HIGHER, LOWER, SECOND, dial, proxy};

const SILENCE: Duration = Duration::from_secs(10);
const OTHER: u8 = 51;

/// Links to both die in silence; the answer are the dials that follow.
fn lose_both(desk: &mut Desk) -> Vec<DialId> {
    for n in [LOWER, OTHER] {
        desk.see(n);
        let link = desk.accept(n);
        desk.tell(MeshInput::Matched { link });
    }
    let seen = desk.wait(SILENCE + SECOND * 2);
    assert!(!seen.iter().any(|(_, output)| *output == MeshOutput::Ask), "nobody has answered");
    seen.into_iter()
        .filter_map(|(_, output)| if let MeshOutput::Dial { dial, .. } = output { Some(dial) } else { None })
        .collect()
}

#[test]
fn an_answer_where_there_was_silence_leads_to_a_question() {
    let mut desk = Desk::new();
    let dials = lose_both(&mut desk);
    assert_eq!(desk.tell(MeshInput::Answered { dial: dials[0] }), [MeshOutput::Ask]);
    assert_eq!(desk.tell(MeshInput::Answered { dial: dials[0] }), [], "that is known now");
}

#[test]
fn many_answers_lead_to_one_question_and_one_more() {
    let mut desk = Desk::new();
    let dials = lose_both(&mut desk);
    assert_eq!(desk.tell(MeshInput::Answered { dial: dials[0] }), [MeshOutput::Ask]);
    assert_eq!(desk.tell(MeshInput::Answered { dial: dials[1] }), [], "not at once again");
    let asked = |seen: Vec<(Duration, MeshOutput)>| {
        seen.into_iter()
            .filter(|(_, output)| *output == MeshOutput::Ask)
            .map(|(at, _)| at)
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(desk.wait(SECOND * 30)), [SECOND * 2]);
}

#[test]
fn one_who_was_lost_and_comes_by_itself_is_an_answer_too() {
    let mut desk = Desk::new();
    lose_both(&mut desk);
    let (_, outputs) = desk.connect(LOWER, None);
    assert!(outputs.contains(&MeshOutput::Ask), "{outputs:?}");
}

#[test]
fn whoever_leaves_in_order_and_comes_back_is_no_news() {
    let mut desk = Desk::new();
    let link = desk.accept(LOWER);
    desk.tell(MeshInput::Matched { link });
    assert_eq!(desk.tell(MeshInput::Down { link }), []);
    let (_, outputs) = desk.connect(LOWER, None);
    assert!(!outputs.contains(&MeshOutput::Ask));
}

#[test]
fn a_dial_that_was_not_answered_is_silence() {
    let mut desk = Desk::new();
    let first = dial(&desk.see(HIGHER));
    assert_eq!(desk.tell(MeshInput::DialFailed { dial: first }), [], "no way to it, perhaps");
    let again: Vec<_> = desk.wait(SECOND * 3).into_iter().map(|(_, output)| output).collect();
    let again = dial(&again);
    assert_eq!(desk.tell(MeshInput::Answered { dial: again }), [MeshOutput::Ask]);
    desk.tell(MeshInput::Stranger { dial: again });
    let found = MeshInput::Seen { proxy: proxy(OTHER), addresses: vec![([10, 0, 0, 9], 9010).into()] };
    dial(&[desk.tell(found), desk.wait(SECOND).into_iter().map(|(_, output)| output).collect()].concat());
}

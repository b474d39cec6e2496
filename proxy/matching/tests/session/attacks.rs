//! Whoever does not know a name is not let into its channel, whatever they send.

use nws_matching::Role;
use nws_protocol::link::{Element, LinkFrame, Tag};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::subsequence;

use crate::cases;
use crate::pair::Pair;
use crate::side::{Side, config};
use crate::stranger::{Stranger, decode, encode, generator, scalar, times};

/// Slots a side.
const SLOTS: usize = 8;

/// The channel that the stranger is in, and two that it has never heard of.
const SHARED: &str = "shared";
const SECRETS: [&str; 2] = ["secret", "sesame"];

/// How a blinded element of the side is evaluated.
#[derive(Clone, Copy, Debug)]
enum Evaluation {
    /// Under a key. There are a few, so some slots share one.
    Key(u64),
    /// As a point that does not depend on the element.
    Constant(u64),
    /// As it came.
    Echo,
    /// As the sum of all that came.
    Sum,
}

/// What the side is asked to evaluate.
#[derive(Clone, Copy, Debug)]
enum Question {
    /// The name that is known, blinded so.
    Shared(u64),
    /// What the side asked itself in this slot, times a number.
    Theirs(usize, u64),
    /// A point.
    Constant(u64),
}

/// What is sent as a tag.
#[derive(Clone, Copy, Debug)]
enum Claim {
    /// The proof for the name that is known, as if the side had been answered in it under this key.
    Shared(u64),
    /// The tag of the side in this slot.
    Echo(usize),
    /// What the side's own proof for the known name would be.
    Mirror(u64),
    /// Anything.
    Random(Tag),
}

#[derive(Clone, Debug)]
struct Attack {
    evaluations: Vec<Evaluation>,
    questions: Vec<Question>,
    claims: Vec<Claim>,
}

fn attack() -> impl Strategy<Value = Attack> {
    let evaluation = prop_oneof![
        4 => (0..3_u64).prop_map(Evaluation::Key),
        1 => (1..4_u64).prop_map(Evaluation::Constant),
        1 => Just(Evaluation::Echo),
        1 => Just(Evaluation::Sum),
    ];
    let question = prop_oneof![
        3 => (0..3_u64).prop_map(Question::Shared),
        1 => (0..SLOTS, 0..3_u64).prop_map(|(slot, times)| Question::Theirs(slot, times)),
        1 => (0..3_u64).prop_map(Question::Constant),
    ];
    let claim = prop_oneof![
        1 => (0..3_u64).prop_map(Claim::Shared),
        2 => (0..SLOTS).prop_map(Claim::Echo),
        1 => (0..3_u64).prop_map(Claim::Mirror),
        2 => any::<Tag>().prop_map(Claim::Random),
    ];
    (vec(evaluation, SLOTS), vec(question, SLOTS), vec(claim, SLOTS))
        .prop_map(|(evaluations, questions, claims)| Attack { evaluations, questions, claims })
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Initiator), Just(Role::Responder)]
}

fn victim(role: Role) -> Side {
    let mut side = Side::new(config(role, SLOTS as u16), 1);
    side.offer([SHARED].into_iter().chain(SECRETS));
    side
}

fn evaluated(how: Evaluation, slot: usize, blinded: &[Element]) -> Element {
    match how {
        Evaluation::Key(key) => times(&blinded[slot], scalar(key)),
        Evaluation::Constant(point) => times(&generator(), scalar(point)),
        Evaluation::Echo => blinded[slot],
        Evaluation::Sum => {
            let (first, rest) = blinded.split_first().unwrap();
            encode(rest.iter().fold(decode(first), |sum, element| sum + decode(element)))
        }
    }
}

/// What the stranger finds out about `side`: its tags, and what its function gives for the shared name.
fn converse(stranger: &mut Stranger, side: &mut Side, attack: &Attack) -> (Vec<Tag>, Option<[u8; 64]>) {
    let blinded = stranger.elements(side);
    let answers: Vec<_> =
        attack.evaluations.iter().zip(0..).map(|(&how, slot)| evaluated(how, slot, &blinded)).collect();
    side.receive(&LinkFrame::Eval { first: 0, elements: &answers }.to_bytes()).unwrap();
    let tags = stranger.tags(side);
    let asked = |question| match question {
        Question::Shared(blind) => stranger.blind(SHARED, scalar(blind)),
        Question::Theirs(slot, by) => times(&blinded[slot], scalar(by)),
        Question::Constant(point) => times(&generator(), scalar(point)),
    };
    let elements: Vec<_> = attack.questions.iter().copied().map(asked).collect();
    side.receive(&LinkFrame::Blind { first: 0, elements: &elements }.to_bytes()).unwrap();
    side.grant(SLOTS);
    let evaluations = stranger.elements(side);
    let theirs =
        attack.questions.iter().zip(&evaluations).find_map(|(question, evaluation)| match question {
            Question::Shared(blind) => Some(stranger.unblind(SHARED, scalar(*blind), evaluation)),
            Question::Theirs(..) | Question::Constant(_) => None,
        });
    (tags, theirs)
}

/// Sends one claim after the other until one is refused.
fn claim(stranger: &Stranger, side: &mut Side, claims: &[Claim], tags: &[Tag], theirs: Option<[u8; 64]>) {
    let shared = |side: &Side, key| {
        let theirs = theirs.unwrap_or([0; 64]);
        stranger.proofs(side, SHARED, &stranger.output(SHARED, scalar(key)), &theirs)
    };
    for (slot, &claim) in (0..).zip(claims) {
        let tag = match claim {
            Claim::Shared(key) => shared(side, key)[0],
            Claim::Mirror(key) => shared(side, key)[1],
            Claim::Echo(slot) => tags[slot],
            Claim::Random(tag) => tag,
        };
        if side.receive(&LinkFrame::Tags { first: slot, tags: &[tag] }.to_bytes()).is_err() {
            break;
        }
    }
}

/// Whether the side was answered honestly in the slot that turned out to be the shared channel.
fn is_earned(side: &Side, attack: &Attack) -> bool {
    side.matched.values().all(|&(own, peer)| {
        let (evaluation, claim) = (attack.evaluations[usize::from(own)], attack.claims[usize::from(peer)]);
        matches!((evaluation, claim), (Evaluation::Key(one), Claim::Shared(other)) if one == other)
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_member_of_one_channel_gets_into_no_other(role in role(), attack in attack()) {
        let mut side = victim(role);
        let mut stranger = Stranger::meet(&mut side, role.peer());
        let (tags, theirs) = converse(&mut stranger, &mut side, &attack);
        claim(&stranger, &mut side, &attack.claims, &tags, theirs);
        prop_assert!(side.names().iter().all(|name| *name == SHARED), "{:?}", side.names());
        prop_assert!(is_earned(&side, &attack));
    }

    /// The same with the one name in all slots, under one key and different blinds: the attack that a plain
    /// Diffie-Hellman intersection falls to.
    #[test]
    fn one_name_in_all_slots(role in role(), blinds in vec(any::<u64>(), SLOTS), key: u64) {
        let mut side = victim(role);
        let mut stranger = Stranger::meet(&mut side, role.peer());
        let attack = Attack {
            evaluations: vec![Evaluation::Key(key); SLOTS],
            questions: blinds.into_iter().map(Question::Shared).collect(),
            claims: vec![Claim::Shared(key); SLOTS],
        };
        let (tags, theirs) = converse(&mut stranger, &mut side, &attack);
        let proofs = stranger.proofs(&side, SHARED, &stranger.output(SHARED, scalar(key)), &theirs.unwrap());
        prop_assert!(tags.contains(&proofs[1]), "the stranger is a member of the one channel");
        claim(&stranger, &mut side, &attack.claims, &tags, theirs);
        prop_assert_eq!(side.names(), [SHARED]);
    }

    /// A guess that is wrong: evaluated once under each side's key, it tells that it is wrong and nothing else.
    #[test]
    fn a_wrong_guess(role in role(), guess in "[a-z]{1,9}", key: u64) {
        prop_assume!(guess != SHARED && !SECRETS.contains(&&*guess));
        let mut side = victim(role);
        let mut stranger = Stranger::meet(&mut side, role.peer());
        let blinded = stranger.elements(&mut side);
        let answers: Vec<_> = blinded.iter().map(|element| times(element, scalar(key))).collect();
        side.receive(&LinkFrame::Eval { first: 0, elements: &answers }.to_bytes()).unwrap();
        let tags = stranger.tags(&mut side);
        let question = stranger.blind(&guess, scalar(1));
        side.receive(&LinkFrame::Blind { first: 0, elements: &[question] }.to_bytes()).unwrap();
        side.grant(1);
        let evaluations = stranger.elements(&mut side);
        let theirs = stranger.unblind(&guess, scalar(1), &evaluations[0]);
        let [own, expected] = stranger.proofs(&side, &guess, &stranger.output(&guess, scalar(key)), &theirs);
        prop_assert!(!tags.contains(&expected));
        side.receive(&LinkFrame::Tags { first: 0, tags: &[own] }.to_bytes()).unwrap();
        prop_assert!(side.matched.is_empty());
    }

    #[test]
    fn everything_echoed_back(role in role(), names in vec("[a-z]{1,5}", 0..6), later in "[a-z]{1,5}") {
        let mut side = Side::new(config(role, SLOTS as u16), 1);
        side.offer(names.iter().map(String::as_str));
        let mut fresh = Some(later);
        loop {
            side.grant(64);
            while !side.works.is_empty() {
                side.work(0).unwrap();
            }
            let Some(frame) = side.sent.pop_front() else {
                let Some(name) = fresh.take() else { break };
                side.offer([&*name]);
                continue;
            };
            side.receive(&frame).unwrap();
        }
        prop_assert!(side.is_ready && side.matched.is_empty());
    }

    /// Everything that an honest side said to us in an earlier session, or a part of it.
    #[test]
    fn a_replayed_session(role in role(), kept in subsequence((1..8).collect::<Vec<usize>>(), 0..8)) {
        let mut pair = Pair::new(SLOTS as u16);
        pair.one.offer([SHARED, SECRETS[0]]);
        pair.two.offer([SHARED, SECRETS[1]]);
        pair.settle().unwrap();
        pair.one.offer([SECRETS[1]]);
        pair.two.offer([SECRETS[0]]);
        pair.settle().unwrap();
        prop_assert_eq!(pair.one.matched.len(), 3);
        let recorded = if role == Role::Initiator { &pair.two.log } else { &pair.one.log };
        // As before, with the same exporter even, but with a new key.
        let mut side = Side::new(config(role, SLOTS as u16), 9);
        side.offer([SHARED].into_iter().chain(SECRETS));
        side.receive(&recorded[0]).unwrap();
        for frame in kept.iter().filter_map(|&at| recorded.get(at)) {
            side.grant(64);
            if (0..9).try_for_each(|_| side.work(0)).is_err() || side.receive(frame).is_err() {
                break;
            }
        }
        prop_assert!(side.matched.is_empty());
    }
}

/// The second implementation, when it behaves, is let in: so the tests above fail for a reason.
#[test]
fn a_stranger_that_knows_the_name() {
    for role in [Role::Initiator, Role::Responder] {
        let mut side = victim(role);
        let mut stranger = Stranger::meet(&mut side, role.peer());
        let attack = Attack {
            evaluations: vec![Evaluation::Key(5); SLOTS],
            questions: vec![Question::Shared(6); SLOTS],
            claims: vec![Claim::Random([0; 16]), Claim::Random([1; 16]), Claim::Shared(5)],
        };
        let (tags, theirs) = converse(&mut stranger, &mut side, &attack);
        claim(&stranger, &mut side, &attack.claims, &tags, theirs);
        assert_eq!(side.names(), [SHARED]);
        assert_eq!(side.matched.values().next().unwrap().1, 2);
    }
}

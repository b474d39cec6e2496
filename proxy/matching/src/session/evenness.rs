//! Tests that the slots of a session take the same steps, however many of them stand for channels.

use nws_protocol::{ChannelName, ProxyId};

use super::tags::looks;
use super::{Input, Output, Role, Session, SessionConfig};

/// The steps of one side for one input: pairs of tags that were compared, blocks of random numbers
/// that were drawn, and slots for which work was done.
#[derive(Debug, PartialEq, Eq)]
struct Effort {
    looks: usize,
    drawn: u64,
    weight: usize,
}

/// One side, the names that it has not offered yet, and what it did.
struct Side {
    session: Session,
    names: Vec<ChannelName>,
    efforts: Vec<Effort>,
}

impl Side {
    fn new(role: Role, name: &str, count: usize) -> Self {
        let [own, peer] = [role, role.peer()].map(|role| ProxyId::from_digest(&[role as u8; 32]));
        let name = |n| ChannelName::new(&format!("{name}{n}")).expect("a name");
        Self {
            session: Session::new(SessionConfig::new(role, [7; 32], own, peer), [role as u8; 32]),
            names: (0..count).map(name).collect(),
            efforts: Vec::new(),
        }
    }

    fn handle(&mut self, input: Input<'_>) {
        self.session.handle(input).expect("both sides are honest");
    }

    /// Takes the frames that have come, and gives those that are to be sent.
    fn turn(&mut self, frames: &[Vec<u8>]) -> Vec<Vec<u8>> {
        looks::take();
        let drawn = self.session.random.drawn();
        frames.iter().for_each(|frame| self.handle(Input::Frame(frame)));
        let (mut sent, mut weight) = (Vec::new(), 0);
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Send(frame) => sent.push(frame),
                Output::Ready => {
                    std::mem::take(&mut self.names)
                        .into_iter()
                        .for_each(|name| self.handle(Input::Offer(name)));
                }
                Output::Waiting(count) => self.handle(Input::Grant(count)),
                Output::Work(work) => {
                    weight += work.weight();
                    self.handle(Input::Done(work.run()));
                }
                Output::Matched { .. }
                | Output::Left { .. }
                | Output::Searched { .. }
                | Output::Exhausting => {}
            }
        }
        self.efforts.push(Effort {
            looks: looks::take(),
            drawn: self.session.random.drawn() - drawn,
            weight,
        });
        sent
    }
}

/// The steps of a side with `count` channels while both sides find out that they share none.
fn efforts(role: Role, count: usize) -> Vec<Effort> {
    let (mut side, mut other) = (Side::new(role, "a", count), Side::new(role.peer(), "b", 9));
    let mut sent = Vec::new();
    loop {
        let answers = side.turn(&sent);
        sent = other.turn(&answers);
        if answers.is_empty() && sent.is_empty() {
            return side.efforts;
        }
    }
}

#[test]
fn a_slot_that_stands_for_nothing_takes_the_steps_of_any_other() {
    for role in [Role::Initiator, Role::Responder] {
        for (few, many) in [(0, 8), (9, 16), (65, 128)] {
            let efforts = efforts(role, many);
            assert!(
                efforts.iter().map(|effort| effort.looks).sum::<usize>() >= many * 16,
                "all were looked for"
            );
            assert_eq!(self::efforts(role, few), efforts, "{few} and {many} channels");
        }
    }
}

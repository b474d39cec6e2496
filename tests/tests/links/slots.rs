//! A member of one channel claims all slots.
//!
//! It asks for the one name that it knows in all of its slots, and answers each slot of the proxy with another key. So it
//! has a tag that would be right for every slot if only that slot stood for its name.

use anyhow::{Context, Result};
use nws_matching::{Input, Output, Session};
use nws_protocol::link::{Element, LinkFrame, Record, Slot, Tag};
use nws_protocol::{ChannelName, IdSource};
use nws_tests::Peer;

use crate::frames::{Kind, is_settled, slots};
use crate::identity::Identity;
use crate::proxies::{linkable, matches};
use crate::stranger::session;
use crate::wire::Wire;

/// Slots that the proxy begins with, and so keys.
const HEADS: usize = 8;

/// As many sessions as keys, which all know the same name. The slots of the wire are those of the first one, then
/// those of the second one, and so on.
struct Hydra {
    wire: Wire,
    heads: Vec<Session>,
    /// The slots of the wire that are matched.
    matched: Vec<Slot>,
    said: Vec<Vec<u8>>,
    heard: Vec<Vec<u8>>,
}

/// What the heads say to the same frame.
#[derive(Default)]
struct Chorus {
    hello: Option<Vec<u8>>,
    blinds: Vec<Vec<Element>>,
    evaluations: Vec<(Slot, Vec<Element>)>,
    tags: Vec<(Slot, Vec<Tag>)>,
}

impl Hydra {
    fn new(wire: Wire, name: &str) -> Result<Self> {
        let mut heads = Vec::new();
        for _ in 0..HEADS {
            let mut head = session(&wire)?;
            head.handle(Input::Offer(ChannelName::new(name)?))?;
            heads.push(head);
        }
        Ok(Self { wire, heads, matched: Vec::new(), said: Vec::new(), heard: Vec::new() })
    }

    async fn settle(&mut self) -> Result<()> {
        self.speak().await?;
        while !(is_settled(&self.said) && is_settled(&self.heard)) {
            let frame = self.wire.receive().await?.context("the proxy has closed")?;
            self.hear(&frame)?;
            self.heard.push(frame);
            self.speak().await?;
        }
        Ok(())
    }

    /// An evaluation is for one head, everything else for all.
    fn hear(&mut self, frame: &[u8]) -> Result<()> {
        match LinkFrame::parse(frame)? {
            LinkFrame::Data { .. } | LinkFrame::Credit { .. } => {}
            LinkFrame::Eval { first, elements } => {
                for (slot, element) in (usize::from(first)..).zip(elements) {
                    let first = Slot::try_from(slot % HEADS)?;
                    let one = LinkFrame::Eval { first, elements: std::slice::from_ref(element) };
                    self.heads[slot / HEADS].handle(Input::Frame(&one.to_bytes()))?;
                }
            }
            LinkFrame::Hello(_)
            | LinkFrame::Blind { .. }
            | LinkFrame::Tags { .. }
            | LinkFrame::Leave { .. }
            | LinkFrame::Unknown => {
                self.heads.iter_mut().try_for_each(|head| head.handle(Input::Frame(frame)))?;
            }
        }
        Ok(())
    }

    async fn speak(&mut self) -> Result<()> {
        let mut chorus = Chorus::default();
        for head in 0..HEADS {
            self.listen_to(head, &mut chorus)?;
        }
        for frame in chorus.frames() {
            self.said.push(frame.clone());
            self.wire.put(frame.into()).await?;
        }
        Ok(())
    }

    fn listen_to(&mut self, head: usize, chorus: &mut Chorus) -> Result<()> {
        let slot_of = |slot: Slot| Slot::try_from(head * HEADS + usize::from(slot));
        while let Some(output) = self.heads[head].poll_output() {
            match output {
                Output::Send(frame) => chorus.add(head, &frame)?,
                Output::Waiting(count) => self.heads[head].handle(Input::Grant(count))?,
                Output::Work(work) => self.heads[head].handle(Input::Done(work.run()))?,
                Output::Matched { own, .. } => self.matched.push(slot_of(own)?),
                Output::Left { .. } | Output::Searched { .. } | Output::Ready | Output::Exhausting => {}
            }
        }
        Ok(())
    }
}

impl Chorus {
    fn add(&mut self, head: usize, frame: &[u8]) -> Result<()> {
        match LinkFrame::parse(frame)? {
            LinkFrame::Hello(_) => self.hello = Some(frame.to_vec()),
            LinkFrame::Blind { elements, .. } => self.blinds.push(elements.to_vec()),
            LinkFrame::Eval { first, elements } if head == 0 => {
                self.evaluations.push((first, elements.to_vec()));
            }
            LinkFrame::Eval { first, elements } => {
                let answer = self.evaluations.iter_mut().find(|(slot, _)| *slot == first);
                let (_, answer) = answer.context("heads that disagree")?;
                let own = (usize::from(first)..).zip(answer.iter_mut().zip(elements));
                own.filter(|(slot, _)| slot % HEADS == head).for_each(|(_, (one, own))| *one = *own);
            }
            LinkFrame::Tags { first, tags } => {
                self.tags.push((Slot::try_from(head * HEADS)? + first, tags.to_vec()));
            }
            LinkFrame::Leave { .. }
            | LinkFrame::Data { .. }
            | LinkFrame::Credit { .. }
            | LinkFrame::Unknown => {}
        }
        Ok(())
    }

    fn frames(self) -> Vec<Vec<u8>> {
        let elements = self.blinds.concat();
        let blind =
            (!elements.is_empty()).then(|| LinkFrame::Blind { first: 0, elements: &elements }.to_bytes());
        let evaluations = self.evaluations.iter();
        let evaluations =
            evaluations.map(|(first, elements)| LinkFrame::Eval { first: *first, elements }.to_bytes());
        let tags = self.tags.iter().map(|(first, tags)| LinkFrame::Tags { first: *first, tags }.to_bytes());
        self.hello.into_iter().chain(blind).chain(evaluations).chain(tags).collect()
    }
}

#[tokio::test]
async fn a_member_of_one_channel_that_claims_all_slots_joins_only_that_one() -> Result<()> {
    let proxy = linkable().start().await?;
    let mut others = Vec::new();
    for number in 1..HEADS {
        others.push(Peer::alone(&proxy, &format!("/other{number}")).await?);
    }
    let mut peer = Peer::alone(&proxy, "/shared").await?;
    let wire = Wire::dial(&Identity::new()?, 2, proxy.link().await?.1).await?;
    let mut hydra = Hydra::new(wire, "shared")?;
    hydra.settle().await?;
    hydra.heard.extend(hydra.wire.fence().await?);
    assert_eq!(slots(&hydra.said, Kind::Tags), HEADS * HEADS);
    let [slot] = hydra.matched[..] else { panic!("matched: {:?}", hydra.matched) };

    let join = Record::Join { member: 0, id: IdSource::Choice("hydra") }.to_bytes();
    hydra.wire.send(LinkFrame::Data { slot, bytes: &join }).await?;
    assert!(peer.arrival().await?.starts_with("hydra~"));
    for other in &mut others {
        other.id().await?;
    }
    let elsewhere = (slot + 1) % Slot::try_from(HEADS * HEADS)?;
    hydra.wire.send(LinkFrame::Data { slot: elsewhere, bytes: &join }).await?;
    hydra.wire.closed().await?;
    assert!(peer.departure().await?.starts_with("hydra~"));
    for other in &mut others {
        other.id().await?;
    }
    assert_eq!(matches(proxy).await?, 1);
    Ok(())
}

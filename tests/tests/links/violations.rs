//! What no proxy says. Its link is closed for the right reason, and nobody else notices.

use anyhow::Result;
use nws_protocol::IdSource;
use nws_protocol::limits::{LINK_FRAME_EARLY_MAX, LINK_PIECE_MAX};
use nws_protocol::link::{Element, Hello, LinkFrame, Payload, Record, VERSION};
use nws_tests::{Peer, Proxy};
use tokio_tungstenite::tungstenite::Message;

use crate::frames::{ELEMENT, Kind, kind};
use crate::identity::Identity;
use crate::proxies::{linkable, linked_to};
use crate::stranger::Stranger;
use crate::wire::Wire;

/// Why a link is closed whose streams are not what they have to be.
const BROKEN: &str = "its stream is broken";

const UNMATCHED: &str = "a frame for a slot that is not matched";

/// What is said, in words, the messages, and why the link is closed then.
type Case = (&'static str, Vec<Message>, &'static str);

fn hello(version_min: u16, version_max: u16, suite: u16) -> Message {
    frame(LinkFrame::Hello(Hello { version_min, version_max, suite, slots_max: 1024 }))
}

fn frame(frame: LinkFrame<'_>) -> Message {
    Message::binary(frame.to_bytes())
}

fn blind(first: u16, elements: &[Element]) -> Message {
    frame(LinkFrame::Blind { first, elements })
}

fn data(slot: u16, record: Record<'_>) -> Message {
    frame(LinkFrame::Data { slot, bytes: &record.to_bytes() })
}

/// Instead of HELLO.
fn at_first() -> Vec<Case> {
    vec![
        ("text", vec![Message::text("hello")], "a message of another kind or length"),
        ("nothing", vec![Message::binary(vec![])], "a frame of a link must not be empty"),
        ("garbage", vec![Message::binary(vec![0x7f; 100])], "frames of kind 127 are not spoken here"),
        ("names before HELLO", vec![blind(0, &[ELEMENT])], "the first frame must be HELLO"),
        ("half a HELLO", vec![Message::binary(vec![1, 0, 1])], "a frame of kind 1 has another length"),
        ("later versions only", vec![hello(VERSION + 1, VERSION + 2, 1)], "speaks none of our versions"),
        ("earlier versions only", vec![hello(1, VERSION - 1, 1)], "speaks none of our versions"),
        ("another suite", vec![hello(VERSION, VERSION, 2)], "matches channels in another way"),
        ("data before HELLO", vec![data(0, Record::Leave { member: 0 })], UNMATCHED),
        (
            "too long, although it may be ignored",
            vec![Message::binary(vec![0x80; LINK_FRAME_EARLY_MAX + 1])],
            "a message of another kind or length",
        ),
        (
            "far too long",
            vec![Message::binary(vec![0x80; LINK_PIECE_MAX + 17])],
            "a message of another kind or length",
        ),
    ]
}

/// After HELLO.
fn then() -> Vec<Case> {
    let after_hello = |messages: Vec<Message>| [vec![hello(VERSION, VERSION, 1)], messages].concat();
    let cases: Vec<Case> = vec![
        ("HELLO twice", vec![hello(VERSION, VERSION, 1)], "HELLO must come once"),
        ("an unknown frame", vec![Message::binary(vec![8, 1, 2])], "frames of kind 8 are not spoken here"),
        (
            "tags before the evaluation",
            vec![frame(LinkFrame::Tags { first: 0, tags: &[[1; 16]] })],
            "tags came before the evaluation",
        ),
        (
            "an answer that nobody asked for",
            vec![frame(LinkFrame::Eval { first: 900, elements: &[ELEMENT] })],
            "evaluations are for other slots",
        ),
        ("65 elements", vec![blind(0, &[ELEMENT; 65])], "a message names too many slots"),
        ("a slot left out", vec![blind(1, &[ELEMENT])], "slots must come one after the other"),
        ("the identity", vec![blind(0, &[[0; 32]])], "an element is not valid"),
        ("no element", vec![blind(0, &[[0xff; 32]])], "an element is not valid"),
        (
            "more than may wait",
            (0..6).map(|round| blind(64 * round, &[ELEMENT; 64])).collect(),
            "too many elements wait",
        ),
        (
            "a slot left that never was",
            vec![frame(LinkFrame::Leave { slot: 0 })],
            "a slot that is left must be live",
        ),
        ("credit for nothing", vec![frame(LinkFrame::Credit { slot: 0, bytes: 1 })], UNMATCHED),
        ("an empty BLIND", vec![Message::binary(vec![2, 0, 0])], "a frame of kind 2 has another length"),
    ];
    cases.into_iter().map(|(what, messages, reason)| (what, after_hello(messages), reason)).collect()
}

/// After slots were evaluated and proven, none of which stands for a channel of the proxy.
fn with_slots() -> Vec<Case> {
    vec![
        ("a slot twice", vec![blind(0, &[ELEMENT])], "slots must come one after the other"),
        (
            "a tag twice",
            vec![frame(LinkFrame::Tags { first: 3, tags: &[[1; 16]] })],
            "a slot must have one tag",
        ),
        (
            "an answer twice",
            vec![frame(LinkFrame::Eval { first: 0, elements: &[ELEMENT] })],
            "evaluations are for other slots",
        ),
        ("data for a slot that never matched", vec![data(3, Record::Leave { member: 0 })], UNMATCHED),
        (
            "a slot left twice",
            vec![frame(LinkFrame::Leave { slot: 3 }), frame(LinkFrame::Leave { slot: 3 })],
            "a slot that is left must be live",
        ),
    ]
}

/// Of the form of those that proxies generate.
const GENERATED: &str = "abcdefghijklmnopqrstuvwxyz";

/// In the stream of the channel `slot`, where there is the member 7.
fn in_channel(slot: u16) -> Vec<Case> {
    let payload = Payload::Text("x");
    let nobody = |what, record| (what, vec![data(slot, record)], BROKEN);
    let raw = |what, bytes: &[u8]| (what, vec![frame(LinkFrame::Data { slot, bytes })], BROKEN);
    vec![
        nobody("a word of nobody", Record::Broadcast { member: 8, payload }),
        nobody("a word of nobody to one", Record::Message { member: 8, target: 0, payload }),
        nobody("nobody leaves", Record::Leave { member: 8 }),
        nobody("a number again", Record::Join { member: 7, id: IdSource::Choice("again") }),
        nobody("a lower number", Record::Join { member: 6, id: IdSource::Choice("lower") }),
        nobody("an id twice", Record::Join { member: 8, id: IdSource::Choice("me") }),
        nobody("an id of a proxy", Record::Join { member: 8, id: IdSource::Choice(GENERATED) }),
        nobody("a chosen id that is none", Record::Join { member: 8, id: IdSource::Choice("a b") }),
        nobody("another's id", Record::Join { member: 8, id: IdSource::Choice("me~abcdefgh") }),
        nobody("data that is no JSON", Record::Broadcast { member: 7, payload: Payload::Json("{") }),
        raw("an unknown record", &[5, 0, 0, 0, 0]),
        raw("a record without end", &[3, 0xff, 0xff, 0xff, 0xff]),
        raw("a member without a number", &[2, 0, 0, 0, 3, 0, 0, 0]),
        raw("bytes for a text", &[1, 0, 0, 0, 6, 0, 0, 0, 8, 1, 0xff]),
        raw("a short nonce", &[1, 0, 0, 0, 6, 0, 0, 0, 8, 0, 1]),
    ]
}

/// A victim and a proxy that is linked to it, with one member of `/room` each.
struct Scene {
    victim: Proxy,
    _friend: Proxy,
    here: Peer,
    there: Peer,
    port: u16,
    /// Each adversary comes from another address: none pays for what others have used.
    sources: u8,
}

impl Scene {
    async fn new() -> Result<Self> {
        let victim = linkable().start().await?;
        let port = victim.link().await?.1;
        let friend = linked_to(port).start().await?;
        let [here, there] = Peer::gather([(&victim, "/room"), (&friend, "/room")]).await?;
        Ok(Self { victim, _friend: friend, here, there, port, sources: 1 })
    }

    async fn dial(&mut self) -> Result<Wire> {
        self.sources += 1;
        Wire::dial(&Identity::new()?, self.sources, self.port).await
    }

    /// Says what no proxy says.
    async fn commit(&mut self, wire: &mut Wire, (what, messages, reason): Case) -> Result<()> {
        for message in messages {
            // Where the link is closed before the last of them, that is what is expected.
            if wire.put(message).await.is_err() {
                break;
            }
        }
        wire.closed().await?;
        let line = self.victim.log(&["a link has ended", wire.own.as_str()]).await?;
        assert!(line.contains(reason), "{what}: {line}");
        Ok(())
    }

    /// Nobody has noticed.
    async fn goes_on(&mut self) -> Result<()> {
        Peer::chorus(&mut [&mut self.here, &mut self.there]).await
    }
}

#[tokio::test]
async fn a_link_that_begins_wrong_is_closed() -> Result<()> {
    let mut scene = Scene::new().await?;
    for case in at_first() {
        let mut wire = scene.dial().await?;
        scene.commit(&mut wire, case).await?;
        scene.goes_on().await?;
    }
    Ok(())
}

#[tokio::test]
async fn whoever_breaks_the_rules_of_matching_is_closed() -> Result<()> {
    let mut scene = Scene::new().await?;
    for case in then() {
        let mut wire = scene.dial().await?;
        scene.commit(&mut wire, case).await?;
        scene.goes_on().await?;
    }
    for case in with_slots() {
        let mut stranger = Stranger::new(scene.dial().await?, &["no-such-room"])?;
        stranger.settle().await?;
        scene.commit(&mut stranger.wire, case).await?;
        scene.goes_on().await?;
    }
    Ok(())
}

#[tokio::test]
async fn two_slots_of_one_channel_are_closed() -> Result<()> {
    let mut scene = Scene::new().await?;
    let mut member = Stranger::new(scene.dial().await?, &["room"])?;
    member.until(|it| !it.matched.is_empty() && crate::frames::is_settled(&it.said)).await?;
    let (_, slot) = member.matched[0];
    let tags = member.said.iter().filter(|frame| kind(frame) == Kind::Tags);
    let tags: Vec<_> = tags
        .filter_map(|frame| match LinkFrame::parse(frame) {
            Ok(LinkFrame::Tags { tags, .. }) => Some(tags.to_vec()),
            _ => None,
        })
        .flatten()
        .collect();
    let tag = tags[usize::from(slot)];
    member.wire.put(blind(8, &[ELEMENT])).await?;
    while member.wire.receive().await?.is_some_and(|frame| kind(&frame) != Kind::Eval) {}
    let twice = frame(LinkFrame::Tags { first: 8, tags: &[tag] });
    let case = ("a channel twice", vec![twice], "two slots must not stand for the same channel");
    scene.commit(&mut member.wire, case).await?;
    scene.goes_on().await
}

#[tokio::test]
async fn whoever_breaks_the_rules_of_a_channel_is_closed_and_its_members_leave() -> Result<()> {
    let mut scene = Scene::new().await?;
    for number in 0..in_channel(0).len() {
        let mut member = Stranger::new(scene.dial().await?, &["room"])?;
        member.until(|it| !it.matched.is_empty()).await?;
        member.tell(Record::Join { member: 7, id: IdSource::Choice("me") }).await?;
        let id = scene.here.arrival().await?;
        assert_eq!(id, format!("me~{}", member.wire.own));
        let case = in_channel(member.matched[0].1).swap_remove(number);
        scene.commit(&mut member.wire, case).await?;
        assert_eq!(scene.here.departure().await?, id);
        scene.goes_on().await?;
    }
    Ok(())
}

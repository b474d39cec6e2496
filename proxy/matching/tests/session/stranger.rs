//! The other side of a link, written a second time from the description and without any scruple.

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use nws_matching::Role;
use nws_protocol::link::{Element, Hello, LinkFrame, Tag, VERSION};
use sha2::{Digest, Sha512};
use voprf::{Group, Ristretto255};

use crate::side::{Side, config};

type Point = <Ristretto255 as Group>::Elem;
type Scalar = <Ristretto255 as Group>::Scalar;

/// Speaks to one [`Side`]; knows all that a proxy knows, and the names that it is told.
pub(crate) struct Stranger {
    role: Role,
    /// Frames of the side that have been looked at.
    read: usize,
    ours: Vec<u8>,
}

/// What a name and a function give.
type Output = [u8; 64];

/// A number that is not zero.
pub(crate) fn scalar(of: u64) -> Scalar {
    let dst = b"a number of a test";
    Ristretto255::hash_to_scalar::<Sha512>(&[&of.to_be_bytes()], &[dst]).unwrap()
}

pub(crate) fn encode(point: Point) -> Element {
    Ristretto255::serialize_elem(point).into()
}

pub(crate) fn decode(element: &Element) -> Point {
    Ristretto255::deserialize_elem(element).unwrap()
}

pub(crate) fn times(element: &Element, scalar: Scalar) -> Element {
    encode(decode(element) * scalar)
}

pub(crate) fn generator() -> Element {
    encode(Ristretto255::base_elem())
}

fn lv(bytes: &[u8]) -> Vec<u8> {
    [&[(bytes.len() >> 8) as u8, bytes.len() as u8], bytes].concat()
}

const fn label(role: Role) -> &'static [u8] {
    match role {
        Role::Initiator => b"initiator",
        Role::Responder => b"responder",
    }
}

impl Stranger {
    /// Both have said HELLO.
    pub(crate) fn meet(side: &mut Side, role: Role) -> Self {
        let hello = Hello { version_min: VERSION, version_max: VERSION, suite: 1, slots_max: 1024 };
        Self::meet_with(side, role, LinkFrame::Hello(hello).to_bytes())
    }

    pub(crate) fn meet_with(side: &mut Side, role: Role, hello: Vec<u8>) -> Self {
        side.receive(&hello).unwrap();
        Self { role, read: 1, ours: hello }
    }

    /// The frames of `side` that have not been looked at.
    pub(crate) fn listen(&mut self, side: &mut Side) -> Vec<Vec<u8>> {
        while !side.works.is_empty() {
            side.work(0).unwrap();
        }
        side.sent.clear();
        side.log[std::mem::replace(&mut self.read, side.log.len())..].to_vec()
    }

    /// The elements of the next frame of `side`, a BLIND or an EVAL.
    pub(crate) fn elements(&mut self, side: &mut Side) -> Vec<Element> {
        let frames = self.listen(side);
        let [frame] = &*frames else { panic!("{} frames", frames.len()) };
        let Ok(LinkFrame::Blind { elements, .. } | LinkFrame::Eval { elements, .. }) =
            LinkFrame::parse(frame)
        else {
            panic!("no elements");
        };
        elements.to_vec()
    }

    /// The tags of the next frame of `side`.
    pub(crate) fn tags(&mut self, side: &mut Side) -> Vec<Tag> {
        let frames = self.listen(side);
        let [frame] = &*frames else { panic!("{} frames", frames.len()) };
        let Ok(LinkFrame::Tags { tags, .. }) = LinkFrame::parse(frame) else { panic!("no tags") };
        tags.to_vec()
    }

    /// What the function of `whose` side takes for `name`.
    fn input(&self, whose: Role, name: &str) -> Vec<u8> {
        let config = config(Role::Initiator, 0);
        let parts: [&[u8]; 6] = [
            b"nws-match-v1 oprf",
            label(whose),
            &config.sid,
            config.own.as_str().as_bytes(),
            config.peer.as_str().as_bytes(),
            name.as_bytes(),
        ];
        parts.map(lv).concat()
    }

    fn point(input: &[u8]) -> Point {
        let dst: [&[u8]; 4] = [b"HashToGroup-OPRFV1-", &[0], b"-", b"ristretto255-SHA512"];
        Ristretto255::hash_to_curve::<Sha512>(&[input], &dst).unwrap()
    }

    fn finish(input: &[u8], point: Point) -> Output {
        Sha512::digest([&lv(input), &*lv(&encode(point)), b"Finalize"].concat()).into()
    }

    /// `name` for the function of the side, hidden by `blind`.
    pub(crate) fn blind(&self, name: &str, blind: Scalar) -> Element {
        encode(Self::point(&self.input(self.role.peer(), name)) * blind)
    }

    /// What the side's function gives for `name`, when `evaluation` is what came back for it.
    pub(crate) fn unblind(&self, name: &str, blind: Scalar, evaluation: &Element) -> Output {
        let point = decode(evaluation) * Ristretto255::invert_scalar(blind);
        Self::finish(&self.input(self.role.peer(), name), point)
    }

    /// What our function gives for `name` under `key`.
    pub(crate) fn output(&self, name: &str, key: Scalar) -> Output {
        let input = self.input(self.role, name);
        Self::finish(&input, Self::point(&input) * key)
    }

    /// Our tag for `name`, and the side's.
    pub(crate) fn proofs(&self, side: &Side, name: &str, ours: &Output, theirs: &Output) -> [Tag; 2] {
        let in_order =
            |ours, theirs| if self.role == Role::Initiator { [ours, theirs] } else { [theirs, ours] };
        let hellos = in_order(&*self.ours, &side.log[0]);
        let transcript = Sha512::digest(hellos.map(lv).concat());
        let [initiators, responders] = in_order(ours.as_slice(), theirs);
        let salt = [lv(b"nws-match-v1 key"), config(Role::Initiator, 0).sid.to_vec()].concat();
        let key = [initiators, responders, name.as_bytes()].map(lv).concat();
        let channel = Hkdf::<Sha512>::new(Some(&salt), &key);
        [self.role, self.role.peer()].map(|role| {
            let mut confirm = [0; 32];
            let info = [lv(b"nws-match-v1 confirm"), lv(label(role))].concat();
            channel.expand(&info, &mut confirm).unwrap();
            let mac = <Hmac<Sha512> as Mac>::new_from_slice(&confirm).unwrap();
            let mac = mac.chain_update(lv(b"nws-match-v1")).chain_update(lv(&transcript));
            mac.finalize().into_bytes()[..16].try_into().unwrap()
        })
    }
}

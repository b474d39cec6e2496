//! The state machine that matches channels on one link, on one of its two sides.
//!
//! Each side asks for an evaluation of every name that it offers: it sends BLIND, and the other
//! side answers with EVAL. From the evaluation it makes two proofs: a tag that it sends (TAGS), and
//! a tag that it expects. A channel is matched when both of its tags are known. So a tag that comes
//! is looked for among those that are expected, and a tag that is newly expected among those that
//! have come.
//!
//! - Every slot that was asked for is evaluated and gets a tag, in order. If it has been left in
//!   the meantime, both are ignored. So the two sides never disagree about what is still to come.
//! - LEAVE erases what is known of a slot, except the tag that was expected for it. If the other
//!   side joins the channel while that LEAVE is on its way, it has matched the slot, and sends its
//!   tag and data. The tag tells that they are for the slot that was left, and they are dropped.
//! - A padding slot stands for a made-up name, which no client has. It is treated as any other slot
//!   all the way, and no step is left out because it cannot succeed. So time does not tell how many
//!   there are.
//! - When all slots are taken, a padding slot is left to make room.

mod config;
#[cfg(test)]
mod evenness;
mod input;
mod output;
mod own;
mod peers;
mod tags;

pub use config::{Role, SessionConfig};
pub use input::Input;
pub use output::{Output, PeerSlot};

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use nws_protocol::limits::LINK_FRAME_EARLY_MAX;
use nws_protocol::link::{Hello, LinkFrame, Slot, Tag, VERSION};

use self::own::OwnSlots;
use self::peers::PeerSlots;
use crate::Refusal;
use crate::keys::{Keys, Transcript, transcript};
use crate::oprf::{InvalidElement, Key};
use crate::random::Random;
use crate::work::{Finished, Outcome, Task, Work};

/// The state machine that finds the channels which the two proxies of a link share.
///
/// It has three kinds of methods:
///
/// - [`handle`](Self::handle) takes what has happened. Frames are given in the order in which they
///   came. An error means that the other side broke the protocol: the link is to be closed, and the
///   session dropped.
/// - [`poll_output`](Self::poll_output) gives what is to be done, in this order: to be called until
///   it gives `None`, once before the first input and then after every input. It also begins work
///   that has become possible. The channels that are offered before it is called go together.
/// - [`peer_slot`](Self::peer_slot) is a question, and may be asked at any time.
///
/// Nothing happens by the passing of time. The session begins with HELLO, and matches from
/// [`Output::Ready`] on; it may take offers before. Each [`Output::Work`] comes back by
/// [`Input::Done`], and the evaluations of each [`Output::Waiting`] are granted by
/// [`Input::Grant`], in one part or in several. At one time a side has at most `slots_max` slots,
/// and on one link at most `lifetime_max`: see [`SessionConfig`].
///
/// ```
/// use nws_matching::{Input, Output, Role, Session, SessionConfig};
/// use nws_protocol::{ChannelName, ProxyId};
///
/// let [one, two] = [[1; 32], [2; 32]].map(|digest| ProxyId::from_digest(&digest));
/// let sid = [9; 32]; // from the TLS connection, the same on both sides
/// let initiator = SessionConfig::new(Role::Initiator, sid, one.clone(), two.clone());
/// let responder = SessionConfig::new(Role::Responder, sid, two, one);
/// let mut sides = [Session::new(initiator, [3; 32]), Session::new(responder, [4; 32])];
///
/// let channel = ChannelName::new("chat").expect("a name");
/// let mut matched = 0;
/// while matched < 2 {
///     sides.reverse();
///     let [side, other] = &mut sides;
///     while let Some(output) = side.poll_output() {
///         match output {
///             Output::Send(frame) => other.handle(Input::Frame(&frame))?,
///             Output::Ready => side.handle(Input::Offer(channel.clone()))?,
///             Output::Waiting(count) => side.handle(Input::Grant(count))?,
///             Output::Work(work) => side.handle(Input::Done(work.run()))?,
///             Output::Matched { .. } => matched += 1,
///             Output::Left { .. } | Output::Searched { .. } | Output::Exhausting => {}
///         }
///     }
/// }
/// # Ok::<(), nws_matching::Refusal>(())
/// ```
pub struct Session {
    role: Role,
    slots_max: u16,
    lifetime_max: u16,
    random: Random,
    keys: Arc<Keys>,
    /// Our HELLO, as it was sent.
    hello: Vec<u8>,
    /// Known when the HELLO of the other side has come.
    transcript: Option<Transcript>,
    /// How many live slots each side may have. It is there from the HELLO of the other side until
    /// the channels that have been offered by then are padded and sent.
    begins_with: Option<u16>,
    own: OwnSlots,
    peers: PeerSlots,
    /// Slots of ours that are proven, and how many slots the other side had asked for by then. As
    /// soon as those have their tags, it is known whether the other side was in the same channel.
    searching: VecDeque<(usize, Slot)>,
    /// There are a few at most for each input.
    outputs: VecDeque<Output>,
    exhausting: bool,
}

impl Session {
    /// A session whose first output is HELLO. `seed` must come from the operating system, and must
    /// be used for nothing else.
    #[must_use]
    pub fn new(config: SessionConfig, seed: [u8; 32]) -> Self {
        let mut random = Random::new(seed);
        let keys = Arc::new(Keys::new(&config, Key::draw(&mut random)));
        let hello = LinkFrame::Hello(hello(config.slots_max)).to_bytes();
        Self {
            role: config.role,
            slots_max: config.slots_max,
            lifetime_max: config.lifetime_max,
            random,
            keys,
            outputs: VecDeque::from([Output::Send(hello.clone())]),
            hello,
            transcript: None,
            begins_with: None,
            own: OwnSlots::default(),
            peers: PeerSlots::new(config.slots_max, config.lifetime_max),
            searching: VecDeque::new(),
            exhausting: false,
        }
    }

    /// Takes one input.
    ///
    /// # Errors
    ///
    /// The fault of the other side. The link is to be closed, and the session to be dropped.
    pub fn handle(&mut self, input: Input<'_>) -> Result<(), Refusal> {
        match input {
            Input::Frame(bytes) => return self.frame(bytes),
            Input::Offer(channel) if self.own.is_searched(&channel) => {
                self.outputs.push_back(Output::Searched { channel });
            }
            Input::Offer(channel) => self.own.offer(channel),
            Input::Linger(channel) => self.own.linger(&channel),
            Input::Withdraw(channel) => {
                if let Some(left) = self.own.withdraw(&channel) {
                    left.peer.into_iter().for_each(|peer| self.peers.part(peer));
                    self.leave(left.sent);
                }
            }
            Input::Grant(count) => self.peers.grant(count),
            Input::Done(Finished(outcome)) => return self.done(outcome),
        }
        Ok(())
    }

    /// What is to be done next. To be called until it gives `None`, after every input.
    pub fn poll_output(&mut self) -> Option<Output> {
        if self.outputs.is_empty() {
            self.begin_work();
        }
        self.outputs.pop_front()
    }

    /// What a slot of the other side stands for now. That decides what is to be done with a frame
    /// that names it.
    #[must_use]
    pub fn peer_slot(&self, slot: Slot) -> PeerSlot {
        self.peers.standing(slot)
    }

    fn frame(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        if bytes.len() > LINK_FRAME_EARLY_MAX {
            return Err(Refusal::TooLong);
        }
        let frame = LinkFrame::parse(bytes)?;
        if let LinkFrame::Hello(hello) = frame {
            return self.hello(hello, bytes);
        }
        if self.transcript.is_none() {
            return Err(Refusal::Early);
        }
        match frame {
            LinkFrame::Blind { first, elements } => {
                self.peers.ask(first, elements)?;
                self.outputs.push_back(Output::Waiting(elements.len()));
                Ok(())
            }
            LinkFrame::Eval { first, elements } => self.own.answer(first, elements),
            LinkFrame::Tags { first, tags } => self.tags(first, tags),
            LinkFrame::Leave { slot } => self.peer_left(slot),
            LinkFrame::Hello(_) | LinkFrame::Data { .. } | LinkFrame::Credit { .. } => Err(Refusal::Foreign),
            LinkFrame::Unknown => Ok(()),
        }
    }

    fn hello(&mut self, hello: Hello, bytes: &[u8]) -> Result<(), Refusal> {
        if self.transcript.is_some() {
            return Err(Refusal::HelloTwice);
        }
        let ours = self::hello(self.slots_max);
        if ours.common_version(&hello).is_none() {
            return Err(Refusal::Version);
        }
        if hello.suite != ours.suite {
            return Err(Refusal::Suite);
        }
        if hello.slots_max < ours.slots_max {
            return Err(Refusal::Slots);
        }
        self.transcript = Some(match self.role {
            Role::Initiator => transcript(&self.hello, bytes),
            Role::Responder => transcript(bytes, &self.hello),
        });
        self.outputs.push_back(Output::Ready);
        self.begins_with = Some(self.slots_max);
        Ok(())
    }

    fn tags(&mut self, first: Slot, tags: &[Tag]) -> Result<(), Refusal> {
        self.peers.check_tags(first, tags.len())?;
        for (tag, peer) in tags.iter().zip(first..) {
            if !self.peers.tag(peer, *tag)? {
                continue;
            }
            let expecting = self.own.expecting(tag);
            match expecting.live {
                Some(own) if self.own.peer(own).is_some() => return Err(Refusal::TagEqual),
                Some(own) => self.matched(own, peer),
                None if expecting.left => self.peers.part(peer),
                None => {}
            }
        }
        self.tell_searched();
        Ok(())
    }

    fn peer_left(&mut self, peer: Slot) -> Result<(), Refusal> {
        if let Some(own) = self.peers.leave(peer)?
            && let Some(channel) = self.own.part(own)
        {
            self.outputs.push_back(Output::Left { channel, own, peer });
        }
        Ok(())
    }

    fn matched(&mut self, own: Slot, peer: Slot) {
        if let Some(channel) = self.own.join(own, peer) {
            self.peers.join(peer, own);
            self.outputs.push_back(Output::Matched { channel, own, peer });
        }
    }

    fn done(&mut self, outcome: Outcome) -> Result<(), Refusal> {
        match outcome {
            Outcome::Blinded(blinded) => {
                let (first, elements, left) = self.own.blinded(blinded);
                self.send(LinkFrame::Blind { first, elements: &elements });
                self.leave(left);
            }
            Outcome::Evaluated(elements) => {
                let elements = elements.map_err(|InvalidElement| Refusal::Element)?;
                let first = self.peers.evaluated();
                self.send(LinkFrame::Eval { first, elements: &elements });
            }
            Outcome::Proven(proofs) => {
                let proofs = proofs.map_err(|InvalidElement| Refusal::Element)?;
                let (first, tags) = self.own.proven(&proofs, &mut self.random);
                self.send(LinkFrame::Tags { first, tags: &tags });
                for (proofs, own) in proofs.iter().zip(first..) {
                    self.expect(own, &proofs.peer)?;
                    self.searching.push_back((self.peers.asked(), own));
                }
                self.tell_searched();
            }
        }
        Ok(())
    }

    /// Expects a tag for a slot of ours from now on, and looks for it among those that have come.
    fn expect(&mut self, own: Slot, tag: &Tag) -> Result<(), Refusal> {
        if !self.own.expect(own, *tag) {
            return Ok(());
        }
        let bearers = self.peers.bearers(tag);
        if bearers.count > 1 {
            return Err(Refusal::TagEqual);
        }
        if let Some(peer) = bearers.slot() {
            self.matched(own, peer);
        }
        Ok(())
    }

    fn tell_searched(&mut self) {
        while let Some(&(asked, own)) = self.searching.front()
            && asked <= self.peers.tagged()
        {
            self.searching.pop_front();
            if let Some(channel) = self.own.note_searched(own) {
                self.outputs.push_back(Output::Searched { channel });
            }
        }
    }

    /// Begins one piece of work of each kind at a time, so that the results are in order.
    fn begin_work(&mut self) {
        let Some(transcript) = self.transcript else { return };
        if let Some(live_max) = self.begins_with.take() {
            self.own.begin(live_max, self.lifetime_max, &mut self.random);
        }
        let (names, left) = self.own.next_names(&mut self.random);
        self.leave(left);
        if !names.is_empty() {
            let random = self.random.split();
            self.work(Task::Blind { names, random });
        }
        if !self.exhausting && self.own.is_exhausting() {
            self.exhausting = true;
            self.outputs.push_back(Output::Exhausting);
        }
        let blinded = self.peers.next_granted();
        if !blinded.is_empty() {
            self.work(Task::Evaluate { blinded });
        }
        let asked = self.own.next_asked(&mut self.random);
        if !asked.is_empty() {
            self.work(Task::Prove { asked, transcript });
        }
    }

    fn work(&mut self, task: Task) {
        self.outputs.push_back(Output::Work(Work::new(&self.keys, task)));
    }

    fn leave(&mut self, slots: impl IntoIterator<Item = Slot>) {
        slots.into_iter().for_each(|slot| self.send(LinkFrame::Leave { slot }));
    }

    fn send(&mut self, frame: LinkFrame<'_>) {
        self.outputs.push_back(Output::Send(frame.to_bytes()));
    }
}

/// Our first message.
const fn hello(slots_max: u16) -> Hello {
    let suite = Hello::RISTRETTO255_SHA512;
    Hello { version_min: VERSION, version_max: VERSION, suite, slots_max }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("role", &self.role).finish_non_exhaustive()
    }
}

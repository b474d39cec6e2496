//! Faults of the other side, for which a link is to be closed.

use nws_protocol::link::InvalidLinkFrame;

/// A fault of the other side that no honest proxy makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The bytes are not a frame.
    #[error(transparent)]
    Frame(#[from] InvalidLinkFrame),
    /// The frame is longer than any of matching.
    #[error("a frame of the matching is too long")]
    TooLong,
    /// The frame does not belong to the matching.
    #[error("a frame is none of the matching")]
    Foreign,
    /// A frame came before HELLO.
    #[error("the first frame must be HELLO")]
    Early,
    /// HELLO came again.
    #[error("HELLO must come once")]
    HelloTwice,
    /// There is no version that both sides speak.
    #[error("the other proxy speaks none of our versions")]
    Version,
    /// There is no suite that both sides have.
    #[error("the other proxy matches channels in another way")]
    Suite,
    /// The other side takes fewer slots than we do. Padding slots would have to make room, and that
    /// would tell which they are.
    #[error("the other proxy takes too few slots")]
    Slots,
    /// A message names more slots than one may.
    #[error("a message names too many slots")]
    Message,
    /// A BLIND does not begin with the next slot.
    #[error("slots must come one after the other, each once")]
    Order,
    /// More elements wait to be evaluated than may.
    #[error("too many elements wait to be evaluated")]
    Waiting,
    /// The other side has more slots at one time than we announced.
    #[error("the other proxy has more slots than we announced")]
    Live,
    /// The other side has used more slots on one link than there may be.
    #[error("the other proxy has used more slots than a link has")]
    Lifetime,
    /// An element is not canonical, or the identity.
    #[error("an element is not valid")]
    Element,
    /// An EVAL is not for the slots that wait for one.
    #[error("evaluations are for other slots than those that wait")]
    Evaluation,
    /// TAGS name a slot that we have not evaluated.
    #[error("tags came before the evaluation of their slots")]
    TagEarly,
    /// TAGS name a slot that has a tag.
    #[error("a slot must have one tag")]
    TagTwice,
    /// Two slots have the tag of one channel.
    #[error("two slots must not stand for the same channel")]
    TagEqual,
    /// The other side leaves a slot that never was, or was left before.
    #[error("a slot that is left must be live")]
    Leave,
}

//! Why a link is to be closed.

use nws_protocol::link::InvalidLinkFrame;

/// What the other side did that no honest proxy does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not a frame.
    #[error(transparent)]
    Frame(#[from] InvalidLinkFrame),
    /// The frame is longer than any of matching.
    #[error("a frame of the matching is too long")]
    TooLong,
    /// A frame that does not belong to the matching.
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
    /// Channels cannot be matched in a way that both sides know.
    #[error("the other proxy matches channels in another way")]
    Suite,
    /// It takes fewer slots than we do: what we pad would have to make room, and tell what it is.
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
    /// More slots at one time than we announced.
    #[error("the other proxy has more slots than we announced")]
    Live,
    /// More slots on one link than there may be.
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
    /// TAGS name a slot that has one.
    #[error("a slot must have one tag")]
    TagTwice,
    /// Two slots have the tag of one channel.
    #[error("two slots must not stand for the same channel")]
    TagEqual,
    /// A slot that never was, or was left, is left.
    #[error("a slot that is left must be live")]
    Leave,
}

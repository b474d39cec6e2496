//! What a frame is about, by the numbers that the facade gives to the actions of the wire.

pub(crate) const BROADCAST: u8 = 1;
pub(crate) const MESSAGE: u8 = 2;
pub(crate) const CONNECT: u8 = 3;
pub(crate) const DISCONNECT: u8 = 4;
pub(crate) const STATUS: u8 = 5;
pub(crate) const ERROR: u8 = 6;
/// It is no frame at all. Any other number is an action that a later proxy may have.
pub(crate) const UNREADABLE: u8 = 7;

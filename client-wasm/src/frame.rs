//! Frames as they cross the socket, in JavaScript's own strings and buffers.

pub(crate) mod binary;
pub(crate) mod text;

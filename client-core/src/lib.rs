//! What a client of Network Web Sockets decides, without input and output.

pub mod streams;

pub use streams::Streams;

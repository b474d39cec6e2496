//! What crosses a wire, byte for byte and for any bytes.

mod arrival;
mod binary;
mod client;
mod decoder;
mod frames;
mod golden;
mod json;
mod link;
mod properties;
mod request;
mod streams;
mod vectors;

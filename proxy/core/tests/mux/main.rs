//! The rules by which streams share a link.

mod credit;
mod desk;
mod ends;
mod turns;

//! The command `nws`.

fn main() {}

//! Members of two proxies in one channel, and what a proxy believes of another.

mod admission;
mod claims;
mod flow;
mod kept;
mod pair;
mod presence;
mod streams;
mod trust;
mod turns;

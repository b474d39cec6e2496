//! A session with a page, a browser and a proxy that are simulated: every transition by a table, and
//! any order of events against what a page must see.

mod buffered;
mod model;
mod page;
mod transitions;

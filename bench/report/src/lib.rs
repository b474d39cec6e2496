//! The reports that measuring programs send to the judge: a type for each, which both sides share.
//!
//! A report is one line of JSON. A field that is unknown or missing is an error of the reader, so
//! no figure can get lost because the two sides use different names. A value that was not measured
//! is `null`, and its field is present.
//!
//! Nothing here is code of the proxy: the generators share no code with what they test.

pub mod lan;
pub mod load;
pub mod native;

mod given;

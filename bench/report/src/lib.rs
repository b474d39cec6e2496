//! What the programs that measure tell the judge: a type for each report, which both sides share.
//!
//! A report is one line of JSON. A field that is unknown or missing is an error of the reader, so a
//! figure cannot get lost because one side calls it by another name. A value that was not measured
//! is `null`; its field is there all the same.
//!
//! Nothing here is code of the proxy: the generators share none with what they test.

pub mod lan;
pub mod load;
pub mod native;

mod given;

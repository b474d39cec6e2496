//! `nws doctor` on machines that are well, and on machines on which one thing is wrong.

mod examination;
mod faults;
mod healthy;
mod impostor;
mod sources;

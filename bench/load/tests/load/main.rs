//! The built `nws-load` against the built `nws`, and against servers that do wrong.

#![cfg(target_os = "linux")]

mod honest;
mod hub;
mod lan;
mod outcome;
mod relay;
mod tampered;
mod together;

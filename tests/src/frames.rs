//! The binary frames of a client, written and read by the rule of the interface and not by the proxy's own code.

use anyhow::{Context, Result, bail};

const BROADCAST: u8 = 1;
const MESSAGE: u8 = 2;

pub(crate) fn broadcast(payload: &[u8]) -> Vec<u8> {
    [&[BROADCAST, 0], payload].concat()
}

pub(crate) fn message(target: &str, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(target.len()).expect("ids are short");
    [&[MESSAGE, length], target.as_bytes(), payload].concat()
}

/// Takes a frame apart: whether it is a broadcast, its source, its payload.
pub(crate) fn parse(frame: &[u8]) -> Result<(bool, String, Vec<u8>)> {
    let (&[kind, length], rest) = frame.split_first_chunk().context("a binary frame without a head")?;
    let (id, payload) = rest.split_at_checked(length.into()).context("a binary frame without a whole id")?;
    if kind != BROADCAST && kind != MESSAGE {
        bail!("a binary frame of kind {kind}");
    }
    Ok((kind == BROADCAST, std::str::from_utf8(id)?.to_owned(), payload.to_owned()))
}

//! Finds out what is to be sent.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::{Send, Stop};

/// What is to be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Source<'a> {
    /// This text.
    Text(&'a str),
    /// Each line of standard input.
    Lines,
    /// All bytes of standard input.
    Pipe,
    /// These files.
    Files(Vec<PathBuf>),
}

impl<'a> Source<'a> {
    pub(super) fn of(send: &'a Send) -> Result<Self, Stop> {
        let what: Vec<&OsStr> = send.what.iter().map(OsString::as_os_str).collect();
        match what[..] {
            [] if send.lines => Ok(Self::Lines),
            [one] if send.lines && one == "-" => Ok(Self::Lines),
            _ if send.lines => {
                Err(Stop::usage("--lines sends the lines of standard input, and nothing else"))
            }
            [one] if send.text => text(one),
            _ if send.text => Err(Stop::usage("--text takes one text: quote it")),
            [] if !send.file => Ok(Self::Pipe),
            [one] if !send.file && one == "-" => Ok(Self::Pipe),
            _ if send.file => files(&what),
            [one] if !Path::new(one).exists() => text(one),
            _ => files(&what),
        }
    }
}

fn text(what: &OsStr) -> Result<Source<'_>, Stop> {
    what.to_str().map(Source::Text).ok_or_else(|| Stop::usage(format!("{} is no UTF-8", what.display())))
}

fn files<'a>(what: &[&OsStr]) -> Result<Source<'a>, Stop> {
    if what.is_empty() {
        return Err(Stop::usage("--file needs the name of a file"));
    }
    for name in what {
        let (path, name) = (Path::new(name), name.display());
        if path.is_dir() {
            return Err(Stop::usage(format!("{name} is a folder: send an archive, as `nws cheat` shows")));
        }
        if !path.exists() {
            return Err(Stop::usage(format!("there is no file {name}: a text with spaces needs quotes")));
        }
    }
    Ok(Source::Files(what.iter().map(PathBuf::from).collect()))
}

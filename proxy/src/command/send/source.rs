//! Finds out what is to be sent.

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
        let what: Vec<&str> = send.what.iter().map(String::as_str).collect();
        match what[..] {
            [] | ["-"] if send.lines => Ok(Self::Lines),
            _ if send.lines => {
                Err(Stop::usage("--lines sends the lines of standard input, and nothing else"))
            }
            [text] if send.text => Ok(Self::Text(text)),
            _ if send.text => Err(Stop::usage("--text takes one text: quote it")),
            [] | ["-"] if !send.file => Ok(Self::Pipe),
            _ if send.file => files(&what),
            [one] if !Path::new(one).exists() => Ok(Self::Text(one)),
            _ => files(&what),
        }
    }
}

fn files<'a>(what: &[&str]) -> Result<Source<'a>, Stop> {
    if what.is_empty() {
        return Err(Stop::usage("--file needs the name of a file"));
    }
    for name in what {
        let path = Path::new(name);
        if path.is_dir() {
            return Err(Stop::usage(format!("{name} is a folder: send an archive, as `nws cheat` shows")));
        }
        if !path.exists() {
            return Err(Stop::usage(format!("there is no file {name}: a text with spaces needs quotes")));
        }
    }
    Ok(Source::Files(what.iter().map(PathBuf::from).collect()))
}

//! A terminal with a line that can be edited while things happen above it.

mod editor;

use networkwebsockets::{Event, Peer};
use nws_protocol::{PeerId, harmless};

use self::editor::{Keyboard, Line, Mode, Printer};
use crate::command::colors::Colors;
use crate::command::message::{for_people, harmless_lines};
use crate::command::stop::Stop;

/// Characters of an id that are shown, of 40 bits.
const SHORT: usize = 8;

/// Begins all lines of a text but the first, so that none of them looks like what another peer says.
const NEXT_LINE: &str = "\n    ";

/// The terminal. It is as it was when this is dropped.
pub(super) struct Terminal {
    keyboard: Keyboard,
    printer: Printer,
    colors: Colors,
    _mode: Mode,
}

impl Terminal {
    pub(super) fn open(colors: Colors) -> Result<Self, Stop> {
        let cannot = |error: String| Stop::failed(format!("cannot use this terminal: {error}"));
        let (keyboard, printer, mode) = editor::open().map_err(cannot)?;
        Ok(Self { keyboard, printer, colors, _mode: mode })
    }

    /// The next line; `None` after Ctrl-D.
    pub(super) async fn line(&mut self) -> Result<Option<String>, Stop> {
        match self.keyboard.line().await {
            Line::Text(line) => Ok(Some(line)),
            Line::Interrupted => Err(Stop::interrupted("interrupted")),
            Line::Failed(error) => Err(Stop::failed(format!("cannot read the terminal: {error}"))),
            Line::End => Ok(None),
        }
    }

    pub(super) fn show(&mut self, event: &Event) -> Result<(), Stop> {
        let line = match event {
            Event::Open { id } => self.colors.aside(&format!("* you are {id}")),
            Event::Connect(peer) => self.colors.aside(&format!("* {} is here", peer.id())),
            Event::Disconnect(peer) => self.colors.aside(&format!("* {} has left", peer.id())),
            Event::Message { from, data, direct } => {
                let text = match data.as_text() {
                    Some(text) => match for_people(text) {
                        Some(text) => harmless_lines(&text, NEXT_LINE),
                        None => return Ok(()),
                    },
                    None => format!("({} bytes)", data.as_bytes().len()),
                };
                let to_you = if *direct { " (to you)" } else { "" };
                format!("{}{to_you}: {text}", self.name(from))
            }
            Event::Reconnecting(gap) if gap.attempt == 1 => {
                let reason = harmless(&gap.reason);
                self.colors.aside(&format!("* the connection was lost: {} {reason}", gap.code))
            }
            Event::Fault(error) => self.colors.aside(&format!("* {}", harmless(&error.to_string()))),
            _ => return Ok(()),
        };
        self.print(&line);
        Ok(())
    }

    pub(super) fn print(&mut self, line: &str) {
        self.printer.print(format!("{line}\n"));
    }

    fn name(&self, peer: &Peer) -> String {
        self.colors.name(short(peer.id()))
    }
}

/// What stands for an id. One that was chosen may begin as that of another peer does, so it is whole.
fn short(id: &str) -> &str {
    if PeerId::is_generated(id) { &id[..SHORT] } else { id }
}

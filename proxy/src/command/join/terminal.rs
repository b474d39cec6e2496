//! A terminal with a line that can be edited while things happen above it.

use std::thread;

use networkwebsockets::{Event, Peer};
use rustyline::error::ReadlineError;
use rustyline::{DefaultEditor, ExternalPrinter};
use tokio::sync::mpsc;

use crate::command::message::harmless;
use crate::command::stop::Stop;

/// Lines that may wait.
const LINES: usize = 16;

/// Characters of an id that are shown.
const SHORT: usize = 8;

const PROMPT: &str = "> ";

/// The terminal. It is as it was when this is dropped.
pub(super) struct Terminal {
    lines: mpsc::Receiver<Result<String, ReadlineError>>,
    printer: Box<dyn ExternalPrinter + Send>,
    has_color: bool,
    _mode: system::Mode,
}

impl Terminal {
    pub(super) fn open(has_color: bool) -> Result<Self, Stop> {
        let cannot = |error: ReadlineError| Stop::failed(format!("cannot use this terminal: {error}"));
        let mode = system::Mode::now();
        let mut editor = DefaultEditor::new().map_err(cannot)?;
        let printer = Box::new(editor.create_external_printer().map_err(cannot)?);
        let (typed, lines) = mpsc::channel(LINES);
        thread::spawn(move || {
            loop {
                let line = editor.readline(PROMPT);
                if let Ok(line) = &line {
                    // A line that cannot be kept cannot be called back, and nothing else.
                    let _ = editor.add_history_entry(line);
                }
                let is_last = line.is_err();
                if typed.blocking_send(line).is_err() || is_last {
                    break;
                }
            }
        });
        Ok(Self { lines, printer, has_color, _mode: mode })
    }

    /// The next line; `None` after Ctrl-D.
    pub(super) async fn line(&mut self) -> Result<Option<String>, Stop> {
        match self.lines.recv().await {
            Some(Ok(line)) => Ok(Some(line)),
            Some(Err(ReadlineError::Interrupted)) => Err(Stop::interrupted("interrupted")),
            Some(Err(ReadlineError::Eof)) | None => Ok(None),
            Some(Err(error)) => Err(Stop::failed(format!("cannot read the terminal: {error}"))),
        }
    }

    pub(super) fn show(&mut self, event: &Event) -> Result<(), Stop> {
        let line = match event {
            Event::Open { id } => self.dim(&format!("* you are {id}")),
            Event::Connect(peer) => self.dim(&format!("* {} is here", peer.id())),
            Event::Disconnect(peer) => self.dim(&format!("* {} has left", peer.id())),
            Event::Message { from, data, direct } => {
                let text = match data.as_text() {
                    Some(text) => harmless(text),
                    None => format!("({} bytes)", data.as_bytes().len()),
                };
                let to_you = if *direct { " (to you)" } else { "" };
                format!("{}{to_you}: {text}", self.name(from))
            }
            Event::Reconnecting(gap) if gap.attempt == 1 => {
                self.dim(&format!("* the connection was lost: {} {}", gap.code, gap.reason))
            }
            Event::Fault(error) => self.dim(&format!("* {error}")),
            _ => return Ok(()),
        };
        self.print(&line);
        Ok(())
    }

    pub(super) fn print(&mut self, line: &str) {
        // The terminal has gone: reading tells it.
        let _ = self.printer.print(format!("{line}\n"));
    }

    fn dim(&self, text: &str) -> String {
        if self.has_color { format!("\x1b[2m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn name(&self, peer: &Peer) -> String {
        let short: String = peer.id().chars().take(SHORT).collect();
        if self.has_color { format!("\x1b[36m{short}\x1b[0m") } else { short }
    }
}

#[cfg(unix)]
mod system {
    use std::io;

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

    /// How the terminal was. The thread that reads it may be in the middle of a line at the end.
    pub(super) struct Mode(Option<Termios>);

    impl Mode {
        pub(super) fn now() -> Self {
            Self(tcgetattr(io::stdin()).ok())
        }
    }

    impl Drop for Mode {
        fn drop(&mut self) {
            if let Some(mode) = &self.0 {
                // The terminal has gone, so it does not matter how it is.
                let _ = tcsetattr(io::stdin(), OptionalActions::Now, mode);
            }
        }
    }
}

#[cfg(not(unix))]
mod system {
    /// Other systems give each program a mode of its own.
    pub(super) struct Mode;

    impl Mode {
        pub(super) const fn now() -> Self {
            Self
        }
    }
}

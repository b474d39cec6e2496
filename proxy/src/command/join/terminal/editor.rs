//! Lines that are typed, and what is printed meanwhile.

pub(super) use system::{Mode, Printer, open};

/// What comes from the keyboard.
pub(super) enum Line {
    Text(String),
    End,
    Interrupted,
    Failed(String),
}

/// Lines that may wait.
const LINES: usize = 16;

#[cfg(unix)]
mod system {
    use std::io;
    use std::thread;

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
    use rustyline::error::ReadlineError;
    use rustyline::{DefaultEditor, ExternalPrinter};
    use tokio::sync::mpsc;

    use super::{LINES, Line};

    const PROMPT: &str = "> ";

    /// Prints above the line that is edited.
    pub(in super::super) struct Printer(Box<dyn ExternalPrinter + Send>);

    impl Printer {
        pub(in super::super) fn print(&mut self, text: String) {
            // The terminal has gone: reading tells it.
            let _ = self.0.print(text);
        }
    }

    /// How the terminal was. The thread that reads it may be in the middle of a line at the end.
    pub(in super::super) struct Mode(Option<Termios>);

    impl Drop for Mode {
        fn drop(&mut self) {
            if let Some(mode) = &self.0 {
                // The terminal has gone, so it does not matter how it is.
                let _ = tcsetattr(io::stdin(), OptionalActions::Now, mode);
            }
        }
    }

    pub(in super::super) fn open() -> Result<(mpsc::Receiver<Line>, Printer, Mode), String> {
        let mode = Mode(tcgetattr(io::stdin()).ok());
        let mut editor = DefaultEditor::new().map_err(|error| error.to_string())?;
        let printer = editor.create_external_printer().map_err(|error| error.to_string())?;
        let (typed, lines) = mpsc::channel(LINES);
        thread::spawn(move || {
            loop {
                let line = match editor.readline(PROMPT) {
                    Ok(text) => {
                        // A line that cannot be kept cannot be called back, and nothing else.
                        let _ = editor.add_history_entry(&text);
                        Line::Text(text)
                    }
                    Err(ReadlineError::Eof) => Line::End,
                    Err(ReadlineError::Interrupted) => Line::Interrupted,
                    Err(error) => Line::Failed(error.to_string()),
                };
                let is_last = !matches!(line, Line::Text(_));
                if typed.blocking_send(line).is_err() || is_last {
                    break;
                }
            }
        });
        Ok((lines, Printer(Box::new(printer)), mode))
    }
}

/// The console of Windows edits lines itself, and the editor's way to its clipboard is not needed.
#[cfg(not(unix))]
mod system {
    use std::io::{self, Write as _};
    use std::thread;

    use tokio::sync::mpsc;

    use super::{LINES, Line};

    pub(in super::super) struct Printer;

    impl Printer {
        #[expect(clippy::unused_self, reason = "elsewhere it has a state")]
        pub(in super::super) fn print(&mut self, text: String) {
            // The terminal has gone: reading tells it.
            let _ = io::stdout().write_all(text.as_bytes());
        }
    }

    pub(in super::super) struct Mode;

    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
    pub(in super::super) fn open() -> Result<(mpsc::Receiver<Line>, Printer, Mode), String> {
        let (typed, lines) = mpsc::channel(LINES);
        thread::spawn(move || {
            for line in io::stdin().lines() {
                let line = line.map_or_else(|error| Line::Failed(error.to_string()), Line::Text);
                if typed.blocking_send(line).is_err() {
                    return;
                }
            }
            // Whoever waits for lines may have gone.
            let _ = typed.blocking_send(Line::End);
        });
        Ok((lines, Printer, Mode))
    }
}

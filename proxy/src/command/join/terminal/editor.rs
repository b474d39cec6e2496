//! Lines that are typed, and what is printed meanwhile.

use std::thread;

use tokio::sync::mpsc;

pub(super) use system::{Mode, Printer, open};

/// What comes from the keyboard.
pub(super) enum Line {
    Text(String),
    End,
    #[cfg_attr(not(unix), expect(dead_code, reason = "the console of Windows ends the program itself"))]
    Interrupted,
    Failed(String),
}

/// The keyboard. A line is read only when one is asked for, so that no prompt stands where nobody waits.
pub(super) struct Keyboard {
    asking: mpsc::Sender<()>,
    lines: mpsc::Receiver<Line>,
    is_asked: bool,
}

impl Keyboard {
    /// Reads with `read` on a thread of its own, until that gives no text.
    fn start(mut read: impl FnMut() -> Line + Send + 'static) -> Self {
        let (asking, mut asked) = mpsc::channel(1);
        let (typed, lines) = mpsc::channel(1);
        thread::spawn(move || {
            while asked.blocking_recv().is_some() {
                let line = read();
                let is_last = !matches!(line, Line::Text(_));
                if typed.blocking_send(line).is_err() || is_last {
                    break;
                }
            }
        });
        Self { asking, lines, is_asked: false }
    }

    /// The next line. Nothing is lost if the wait is cancelled.
    pub(super) async fn line(&mut self) -> Line {
        if !self.is_asked {
            // A thread that has ended has told why.
            let _ = self.asking.send(()).await;
            self.is_asked = true;
        }
        let line = self.lines.recv().await.unwrap_or(Line::End);
        self.is_asked = false;
        line
    }
}

#[cfg(unix)]
mod system {
    use std::io::{self, Write as _};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
    use rustyline::error::ReadlineError;
    use rustyline::{DefaultEditor, ExternalPrinter};

    use super::{Keyboard, Line};

    const PROMPT: &str = "> ";

    /// Prints above the line that is edited.
    pub(in super::super) struct Printer(Box<dyn ExternalPrinter + Send>);

    impl Printer {
        pub(in super::super) fn print(&mut self, text: String) {
            // The terminal has gone: reading tells it.
            let _ = self.0.print(text);
        }
    }

    /// Ends what a terminal does for whoever edits a line.
    const END_OF_EDITING: &[u8] = b"\x1b[?2004l\r\n";

    /// How the terminal was. The thread that reads it may be in the middle of a line at the end.
    pub(in super::super) struct Mode {
        before: Option<Termios>,
        is_editing: Arc<AtomicBool>,
    }

    impl Drop for Mode {
        fn drop(&mut self) {
            // If the terminal has gone, it does not matter how it is.
            if self.is_editing.load(Ordering::Acquire) {
                let _ = io::stdout().write_all(END_OF_EDITING);
                let _ = io::stdout().flush();
            }
            if let Some(before) = &self.before {
                let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
            }
        }
    }

    pub(in super::super) fn open() -> Result<(Keyboard, Printer, Mode), String> {
        let before = tcgetattr(io::stdin()).ok();
        let mut editor = DefaultEditor::new().map_err(|error| error.to_string())?;
        let printer = editor.create_external_printer().map_err(|error| error.to_string())?;
        let is_editing = Arc::new(AtomicBool::new(false));
        let editing = is_editing.clone();
        let keyboard = Keyboard::start(move || {
            editing.store(true, Ordering::Release);
            let line = editor.readline(PROMPT);
            editing.store(false, Ordering::Release);
            told(&mut editor, line)
        });
        Ok((keyboard, Printer(Box::new(printer)), Mode { before, is_editing }))
    }

    fn told(editor: &mut DefaultEditor, line: Result<String, ReadlineError>) -> Line {
        match line {
            Ok(text) => {
                // A line that cannot be kept cannot be called back, and nothing else.
                let _ = editor.add_history_entry(&text);
                Line::Text(text)
            }
            Err(ReadlineError::Eof) => Line::End,
            Err(ReadlineError::Interrupted) => Line::Interrupted,
            Err(error) => Line::Failed(error.to_string()),
        }
    }
}

/// The console of Windows edits lines itself, and the editor's way to its clipboard is not needed.
#[cfg(not(unix))]
mod system {
    use std::io::{self, Write as _};

    use super::{Keyboard, Line};

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
    pub(in super::super) fn open() -> Result<(Keyboard, Printer, Mode), String> {
        Ok((Keyboard::start(read), Printer, Mode))
    }

    fn read() -> Line {
        let mut text = String::new();
        match io::stdin().read_line(&mut text) {
            Ok(0) => Line::End,
            Ok(_) => Line::Text(text.trim_end_matches(['\r', '\n']).to_owned()),
            Err(error) => Line::Failed(error.to_string()),
        }
    }
}

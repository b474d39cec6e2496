//! Colours, where they are wanted and can be shown.

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;

/// When there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// The colours of a stream that is a terminal or not.
    pub(crate) fn on(self, is_terminal: bool) -> Colors {
        Colors(match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if anstyle_query::no_color() => false,
            Self::Auto if anstyle_query::clicolor_force() => true,
            Self::Auto => is_terminal && anstyle_query::term_supports_ansi_color(),
        })
    }
}

/// What a stream takes: colours, or plain text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Colors(bool);

impl Colors {
    #[cfg(test)]
    pub(crate) const fn none() -> Self {
        Self(false)
    }

    pub(crate) fn good(self, text: &str) -> String {
        self.paint(AnsiColor::Green.on_default(), text)
    }

    pub(crate) fn bad(self, text: &str) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }

    pub(crate) fn doubtful(self, text: &str) -> String {
        self.paint(AnsiColor::Yellow.on_default(), text)
    }

    pub(crate) fn name(self, text: &str) -> String {
        self.paint(AnsiColor::Cyan.on_default(), text)
    }

    pub(crate) fn aside(self, text: &str) -> String {
        self.paint(Style::new().dimmed(), text)
    }

    fn paint(self, style: Style, text: &str) -> String {
        if self.0 { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_decides_before_the_stream_does() {
        assert_eq!(Color::Always.on(false).bad("x"), "\x1b[1m\x1b[31mx\x1b[0m");
        assert_eq!(Color::Never.on(true).bad("x"), "x");
    }
}

//! How far something long has come, on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::report::Report;

const OF_MANY: &str = "{msg} {bytes} of {total_bytes}  {binary_bytes_per_sec}  {eta} left";
const OF_UNKNOWN: &str = "{msg} {bytes}  {binary_bytes_per_sec}";

/// How often it is shown.
const PERIOD: Duration = Duration::from_millis(200);

/// A line on standard error that goes when this is dropped. There is none where standard error is no
/// terminal.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    pub(crate) fn new(report: &Report, what: &str, total: Option<u64>) -> Self {
        if report.is_json {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let template = if total.is_some() { OF_MANY } else { OF_UNKNOWN };
        // A wrong template, which a test would show, would be the usual bar.
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = bar.with_style(style).with_message(what.to_owned());
        bar.enable_steady_tick(PERIOD);
        Self(bar)
    }

    /// So many bytes are done.
    pub(crate) fn set(&self, bytes: u64) {
        self.0.set_position(bytes);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

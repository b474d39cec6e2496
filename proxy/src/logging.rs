//! Logs to standard error, little unless `NWS_LOG` asks for more.

use std::io::{self, IsTerminal};

use nws_proxy::Notices;
use tracing::Level;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{FilterExt as _, LevelFilter, ParseError, Targets, filter_fn};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::LogFormat;

/// The prefix of the names of our own crates.
const OWN: &str = "nws";

/// The level of libraries that the filter does not name: at lower levels they would hide everything
/// else.
const OF_LIBRARIES: LevelFilter = LevelFilter::WARN;

/// Libraries that log each attempt to connect. This program logs what is wrong, once.
const REPETITIVE: [&str; 3] = ["async_nats", "hickory_net", "hickory_resolver"];

/// Libraries that at lower levels log what passes through them: messages, peer ids, paths with
/// channel names.
const INDISCREET: [&str; 4] = ["tungstenite", "tokio_tungstenite", "hyper", "axum"];

/// Sends logs to standard error. `NWS_LOG` takes a level such as `debug`, or a filter such as
/// `nws_proxy=trace,mdns_sd=debug`. Gives what is kept of them, whatever the filter is.
pub(crate) fn start(format: LogFormat) -> Notices {
    let asked = std::env::var("NWS_LOG").unwrap_or_default();
    let filter = filter(&asked);
    let is_wrong = filter.is_err();
    let filter = filter.unwrap_or_else(|_| at(LevelFilter::INFO));
    // If a line cannot be written, as on a full disk, there is no other place to report that.
    let layer = fmt::layer().with_ansi(has_colours()).with_writer(io::stderr);
    let layer = layer.log_internal_errors(false);
    let layer = match format {
        LogFormat::Text => layer.with_target(false).boxed(),
        LogFormat::Json => layer.json().boxed(),
    };
    let discreet = filter_fn(|event| is_discreet(event.target(), *event.level()));
    // Without a hint every line of every library would be looked at.
    let discreet = discreet.with_max_level_hint(LevelFilter::TRACE);
    let notices = Notices::default();
    let keeps = filter_fn(Notices::keeps).with_max_level_hint(LevelFilter::INFO);
    let kept = notices.clone().with_filter(keeps);
    registry().with(layer.with_filter(filter.and(discreet))).with(kept).init();
    if is_wrong {
        tracing::warn!("NWS_LOG must be a filter such as `debug` or `nws_proxy=trace`, not {asked}");
    }
    notices
}

/// Gives whether standard error is a terminal that shows colours. A console of Windows does so once
/// it is told to.
fn has_colours() -> bool {
    io::stderr().is_terminal() && anstyle_query::windows::enable_ansi_colors() != Some(false)
}

/// A level alone applies to this program. A named target, of whichever crate, is added to that.
fn filter(asked: &str) -> Result<Targets, ParseError> {
    if asked.trim().is_empty() {
        return Ok(at(LevelFilter::INFO));
    }
    let asked: Targets = asked.parse()?;
    let filter = at(asked.default_level().unwrap_or(LevelFilter::INFO));
    Ok(filter.with_targets(asked))
}

fn at(level: LevelFilter) -> Targets {
    let targets = Targets::new().with_default(level.min(OF_LIBRARIES)).with_target(OWN, level);
    targets.with_targets(REPETITIVE.map(|library| (library, LevelFilter::OFF)))
}

/// Gives whether such a line never contains messages, ids or names. It does not depend on the
/// filter.
fn is_discreet(target: &str, level: Level) -> bool {
    let library = target.split("::").next().unwrap_or_default();
    level <= Level::WARN || !INDISCREET.contains(&library)
}

#[cfg(test)]
mod tests {
    use super::*;
    use LevelFilter as Level;

    fn levels(asked: &str) -> [Option<Level>; 3] {
        let filter = filter(asked).unwrap();
        let all = [Level::TRACE, Level::DEBUG, Level::INFO, Level::WARN, Level::ERROR];
        let passes = |target, level: &Level| filter.would_enable(target, &level.into_level().unwrap());
        ["nws_proxy::mesh", "nws", "mdns_sd::service_daemon"]
            .map(|target| all.iter().find(|level| passes(target, level)).copied())
    }

    #[test]
    fn a_level_is_about_this_program_and_libraries_are_asked_for_by_name() {
        let (warn, info) = (Some(Level::WARN), Some(Level::INFO));
        assert_eq!(levels(""), [info, info, warn]);
        assert_eq!(levels("debug"), [Some(Level::DEBUG), Some(Level::DEBUG), warn]);
        assert_eq!(levels("error"), [Some(Level::ERROR); 3]);
        assert_eq!(levels("off"), [None; 3]);
        assert_eq!(levels("nws_proxy=trace"), [Some(Level::TRACE), info, warn]);
        assert_eq!(
            levels("debug,mdns_sd=trace"),
            [Some(Level::DEBUG), Some(Level::DEBUG), Some(Level::TRACE)]
        );
        assert!(filter("nws_proxy=loud").is_err());
    }

    #[test]
    fn libraries_that_write_messages_tell_of_troubles_only() {
        use tracing::Level;
        for target in
            ["tungstenite", "tungstenite::protocol", "tokio_tungstenite::compat", "hyper::proto::h1"]
        {
            assert!(is_discreet(target, Level::ERROR) && is_discreet(target, Level::WARN), "{target}");
            assert!(!is_discreet(target, Level::INFO) && !is_discreet(target, Level::TRACE), "{target}");
        }
        for target in ["nws_proxy::link", "mdns_sd::service_daemon", "rustls"] {
            assert!(is_discreet(target, Level::TRACE), "{target}");
        }
    }
}

//! Logs: on standard error, quiet unless `NWS_LOG` asks for more.

use std::io::{self, IsTerminal};

use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::cli::LogFormat;

/// Sends logs to standard error. `NWS_LOG` takes a filter such as `debug` or `nws_proxy=trace`.
pub(crate) fn start(format: LogFormat) {
    let asked = std::env::var("NWS_LOG").unwrap_or_default();
    let filter = asked.parse::<Targets>();
    let is_wrong = filter.is_err();
    let filter = filter.ok().filter(|_| !asked.is_empty());
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let layer = fmt::layer().with_ansi(io::stderr().is_terminal()).with_writer(io::stderr);
    let layer = match format {
        LogFormat::Text => layer.with_target(false).boxed(),
        LogFormat::Json => layer.json().boxed(),
    };
    registry().with(layer.with_filter(filter)).init();
    if is_wrong {
        tracing::warn!("NWS_LOG is no filter such as `debug` or `nws_proxy=trace`: {asked}");
    }
}

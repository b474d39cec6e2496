//! Adds the defaults to the help of the flags. The values come from where they are defined.

use std::time::Duration;

use clap::{Arg, ValueEnum};
use nws_protocol::LINK_PORT;
use nws_proxy::Config;

use super::log_format::LogFormat;

/// Adds the default of a flag to its help, if the flag has one.
pub(super) fn with_default(arg: Arg) -> Arg {
    let default = defaults().into_iter().find(|(id, _)| arg.get_id() == id);
    match (default, arg.get_help()) {
        (Some((_, default)), Some(help)) => {
            let help = format!("{help} [default: {default}]");
            arg.help(help)
        }
        _ => arg,
    }
}

/// The flags that have a default, each with its value.
fn defaults() -> [(&'static str, String); 14] {
    let Config { port, limits, .. } = Config::default();
    let seconds = |time: Duration| time.as_secs_f64().to_string();
    let log_format = LogFormat::default().to_possible_value();
    [
        ("port", port.to_string()),
        ("link_port", format!("{LINK_PORT}, or another one where that is taken")),
        ("log_format", log_format.map_or_else(String::new, |value| value.get_name().to_owned())),
        ("max_message_size", limits.message.to_string()),
        ("max_queue_size", limits.queue.to_string()),
        ("max_header_size", limits.request_head.to_string()),
        ("handshake_timeout", seconds(limits.request_head_time)),
        ("ping_interval", seconds(limits.ping_interval)),
        ("idle_timeout", seconds(limits.silence)),
        ("max_peers_per_channel", limits.channel_peers.to_string()),
        ("max_channels", limits.channels.to_string()),
        ("site_name_burst", limits.site_names.site_burst.to_string()),
        ("all_sites_name_burst", limits.site_names.all_burst.to_string()),
        ("name_interval", seconds(limits.site_names.interval)),
    ]
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use nws_protocol::limits::MESSAGE_LIMIT_MAX;

    use super::super::Cli;
    use super::*;

    const KIB: usize = 1024;
    const MIB: usize = 1024 * KIB;

    #[test]
    fn the_readme_tells_the_same_defaults() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md");
        let readme = std::fs::read_to_string(path).unwrap();
        let limits = Config::default().limits;
        for (flag, default) in [
            ("--max-message-size", format!("{} MiB by default", limits.message / MIB)),
            ("--max-message-size", format!("{} MiB at most", MESSAGE_LIMIT_MAX / MIB)),
            ("--max-header-size", format!("{} KiB by default", limits.request_head / KIB)),
            ("--max-queue-size", format!("{} MiB by default", limits.queue / MIB)),
        ] {
            let row = readme.lines().find(|line| line.starts_with(&format!("| `{flag} "))).unwrap();
            assert!(row.contains(&default), "{flag}: {default}");
        }
    }

    #[test]
    fn each_default_is_told_once_in_the_help_of_its_flag() {
        let command = Cli::command().mut_args(with_default);
        for (id, default) in defaults() {
            let arg = command.get_arguments().find(|arg| arg.get_id() == id).unwrap();
            let help = arg.get_help().unwrap().to_string();
            assert!(help.ends_with(&format!(" [default: {default}]")), "{help}");
            assert_eq!(help.matches("[default: ").count(), 1, "{help}");
        }
    }
}

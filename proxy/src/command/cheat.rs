//! `nws cheat`: examples.

use clap::Args;
use serde_json::json;

use super::report::{Report, ReportArgs};
use super::stop::Stop;

/// Show examples
#[derive(Debug, Args)]
#[command(after_help = format!("{HINT}\n\n{}", super::STATUSES))]
pub(crate) struct Cheat {
    #[command(flatten)]
    pub(crate) report: ReportArgs,
}

const HINT: &str = "\
Examples:
  nws cheat                all of them
  nws cheat | grep -A1 -i file";

/// What is wanted, and what does it: each can be pasted.
pub(crate) const EXAMPLES: [(&str, &str); 21] = [
    ("Start the proxy, until Ctrl-C", "nws"),
    ("Start it now and whenever you log in", "nws service install"),
    ("Talk from this terminal", "nws join my-channel"),
    ("Say something to all who are there", "nws send my-channel \"hello\""),
    ("Say something to one of them", "nws send my-channel --to PEER \"hello\""),
    ("Say each line of a program", "ping -c 3 localhost | nws send my-channel --lines -"),
    ("Print what is said", "nws listen my-channel"),
    ("The same for programs", "nws listen my-channel --json | jq -r 'select(.event == \"message\").data'"),
    ("Wait for one message, at most a minute", "nws listen my-channel --count 1 --timeout 60"),
    ("Send files", "nws send my-channel report.pdf photo.jpg"),
    ("Take files", "nws listen my-channel --save Downloads --rename"),
    ("Move a folder: on one machine", "tar cz folder | nws send my-channel -"),
    ("… and on the other", "nws listen my-channel --binary | tar xz"),
    ("How far away the others are", "nws rtt my-channel"),
    ("What goes on in the proxy, again each second", "nws status --watch"),
    ("The same in a browser", "nws console"),
    ("Reach a proxy that multicast does not", "nws peers add nas.example:9010"),
    ("Why peers do not meet", "nws doctor"),
    ("Stay on this machine", "nws join --local my-channel"),
    ("Keep the name out of the list of processes", "NWS_CHANNEL=secret nws join -"),
    ("Complete commands in bash", "source <(nws completions bash)"),
];

impl Cheat {
    pub(crate) async fn run(&self, report: &Report) -> Result<(), Stop> {
        for (about, command) in EXAMPLES {
            report.object("example", json!({ "about": about, "command": command })).await?;
            if !report.is_json {
                let about = report.colors().aside(about);
                report.output.write(format!("{about}\n    {command}\n")).await?;
            }
        }
        Ok(())
    }
}

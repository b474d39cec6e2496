//! Measures the cost of matching for two proxies: two sessions in this process, without rate
//! limits.

mod padding;
mod side;

use anyhow::{Result, ensure};
use nws_matching::Role;
use nws_protocol::ChannelName;
use nws_report::lan::{Matching, MatchingSize, SideCost};

use crate::options::Options;
use side::Side;

const CHANNELS: [usize; 4] = [8, 64, 256, 1024];

/// Measures so many channels on each side. Every second channel is common.
pub(super) fn measure(options: &Options) -> Result<Matching> {
    let mut sizes = Vec::new();
    for channels in CHANNELS {
        let runs: Result<Vec<_>> = (0..options.reps).map(|_| once(channels)).collect();
        sizes.push(MatchingSize { channels, runs: runs? });
    }
    Ok(Matching { sizes, padding: padding::measure(options)? })
}

fn once(channels: usize) -> Result<[SideCost; 2]> {
    let one = Side::new(Role::Initiator, names("one", channels)?)?;
    let mut sides = [one, Side::new(Role::Responder, names("two", channels)?)?];
    play(&mut sides)?;
    for side in &sides {
        ensure!(side.matched == channels / 2, "{} of {} channels were matched", side.matched, channels / 2);
    }
    Ok(sides.map(|side| side.cost.report()))
}

/// Runs both sessions until nothing is left to be sent.
fn play(sides: &mut [Side; 2]) -> Result<()> {
    while sides.iter().any(Side::has_something_to_do) {
        let [one, two] = sides;
        one.turn(two)?;
        two.turn(one)?;
    }
    Ok(())
}

fn names(side: &str, count: usize) -> Result<Vec<ChannelName>> {
    let name = |number: usize| match number % 2 {
        0 => format!("common-{number}"),
        _ => format!("{side}-{number}"),
    };
    (0..count).map(|number| Ok(ChannelName::new(&name(number))?)).collect()
}

//! Whether time tells how many slots stand for channels: what a message with tags takes a side with few channels, and one with many,
//! that pads to the same number.

use anyhow::Result;
use nws_matching::Role;
use nws_protocol::ChannelName;
use nws_report::lan::Padding;

use super::play;
use super::side::Side;
use crate::options::Options;

/// Both are padded to 1024.
const CHANNELS: [usize; 2] = [513, 1020];

/// Slots of the other side, which shares none: 512, so eight messages with tags.
const OTHERS: usize = 512;

/// How far the two distributions are apart, with what lies in their middle, in microseconds.
pub(super) fn measure(options: &Options) -> Result<Padding> {
    let mut times: [Vec<f64>; 2] = Default::default();
    // In turns, so that what happens on this machine happens to both. The first round warms up.
    for round in 0..=options.reps {
        for (times, channels) in times.iter_mut().zip(CHANNELS) {
            let tags = tags(channels)?;
            times.extend(tags.iter().filter(|_| round > 0).map(|seconds| seconds * 1e6));
        }
    }
    times.iter_mut().for_each(|times| times.sort_by(f64::total_cmp));
    let middle = times.each_ref().map(|times| times[times.len() / 2]);
    Ok(Padding { channels: CHANNELS, us: middle, apart: apart(&times), samples: times[0].len() })
}

fn tags(channels: usize) -> Result<Vec<f64>> {
    let name = |side: &str, number| Ok(ChannelName::new(&format!("{side}-{number}"))?);
    let names = |side, count| (0..count).map(|number| name(side, number)).collect::<Result<Vec<_>>>();
    let one = Side::new(Role::Initiator, names("one", channels)?)?;
    let mut sides = [one, Side::new(Role::Responder, names("two", OTHERS)?)?];
    play(&mut sides)?;
    let [one, _] = sides;
    Ok(one.cost.tags)
}

/// The greatest distance of the two distribution functions (Kolmogorov and Smirnov), of what is sorted.
fn apart(times: &[Vec<f64>; 2]) -> f64 {
    let below =
        |times: &[f64], limit| times.partition_point(|time| *time <= limit) as f64 / times.len() as f64;
    let [one, two] = times;
    one.iter().chain(two).map(|&at| (below(one, at) - below(two, at)).abs()).fold(0.0, f64::max)
}

//! Measures whether time shows how many slots stand for channels. It compares a side with few
//! channels and one with many, padded to the same number of slots: how long does each take for a
//! message with tags?

use anyhow::Result;
use nws_matching::Role;
use nws_protocol::ChannelName;
use nws_report::lan::Padding;

use super::play;
use super::side::Side;
use crate::options::Options;

/// Channels of the two sides. Both are padded to 1024.
const CHANNELS: [usize; 2] = [513, 1020];

/// Slots of the other side, which has no common channel: 512, so eight messages with tags.
const OTHERS: usize = 512;

/// The distance of the two distributions, and their medians in microseconds.
pub(super) fn measure(options: &Options) -> Result<Padding> {
    let mut times: [Vec<f64>; 2] = Default::default();
    // In turns, so that a disturbance of this machine affects both. The first round is for warming
    // up.
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

/// The greatest distance of the two distribution functions (Kolmogorov-Smirnov). The times are
/// sorted.
fn apart(times: &[Vec<f64>; 2]) -> f64 {
    let below =
        |times: &[f64], limit| times.partition_point(|time| *time <= limit) as f64 / times.len() as f64;
    let [one, two] = times;
    one.iter().chain(two).map(|&at| (below(one, at) - below(two, at)).abs()).fold(0.0, f64::max)
}

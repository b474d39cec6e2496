//! The axes along which the load varies, and the loads at their points.

use std::thread::available_parallelism;

use nws_tools::Step;

pub(super) struct Axis {
    pub(super) title: &'static str,
    /// The unit of the points.
    pub(super) unit: &'static str,
    pub(super) points: Vec<Point>,
}

pub(super) struct Point {
    pub(super) label: String,
    /// The arguments of the load generator.
    pub(super) words: String,
    /// Cores of the server in the syntax of `taskset`; `None` for any.
    pub(super) cores: Option<String>,
}

pub(super) fn all() -> Vec<Axis> {
    vec![connections(), peers(), channels(), bytes(), cores()]
}

/// Channels of ten. Only one channel speaks, always at the same rate: so this shows the cost of
/// silent channels.
fn connections() -> Axis {
    let alone = Point::new("1", "idle --peers 1".to_owned());
    let channels = [1, 10, 100, 1000].map(|channels| {
        let words = format!("rate --channels {channels} --active 1 --peers 10 --rate 1000");
        Point::new(&(channels * 10).to_string(), words)
    });
    let points = [alone].into_iter().chain(channels).collect();
    Axis {
        title: "connections, one channel of ten speaking, 1,000 messages a second",
        unit: "connections",
        points,
    }
}

fn peers() -> Axis {
    let points = [2, 5, 10, 20, 50, 100, 200, 300];
    let points =
        points.map(|peers| Point::new(&peers.to_string(), format!("burst --peers {peers} --window 8")));
    Axis { title: "peers in one channel, 1 sender, 8 under way", unit: "peers", points: points.into() }
}

fn channels() -> Axis {
    let points = [1, 10, 100, 1000]
        .map(|channels| Point::new(&channels.to_string(), format!("burst --channels {channels} --window 4")));
    Axis { title: "channels of ten, 1 sender each, 4 under way", unit: "channels", points: points.into() }
}

fn bytes() -> Axis {
    let points = [64, 256, 1024, 4096, 16_384, 65_536, 262_144]
        .map(|bytes| Point::new(&bytes.to_string(), format!("burst --senders 2 --window 4 --bytes {bytes}")));
    Axis {
        title: "bytes of data, 1 channel of ten, 2 senders, 4 under way",
        unit: "bytes",
        points: points.into(),
    }
}

/// The proxy has one shard for every two cores that it may use, and at least one; the first is on
/// its main thread. The load generator runs on any core. Without `taskset` there is only one point.
fn cores() -> Axis {
    let has_taskset = Step::new("taskset").words("-c 0 true").succeeds();
    let count = available_parallelism().map_or(1, usize::from);
    let steps = std::iter::successors(Some(1), |cores| Some(cores * 2)).take_while(|cores| *cores <= count);
    let point = |cores: usize| Point {
        cores: has_taskset.then(|| format!("0-{}", cores - 1)),
        ..Point::new(&cores.to_string(), "burst --channels 100 --window 4".to_owned())
    };
    let points = if has_taskset { steps.map(point).collect() } else { vec![point(count)] };
    Axis {
        title: "cores of the proxy, 100 channels of ten, 1 sender each, 4 under way",
        unit: "cores",
        points,
    }
}

impl Point {
    fn new(label: &str, words: String) -> Self {
        Self { label: label.to_owned(), words, cores: None }
    }
}

//! What is written is read, and nothing else is: a report with a field too many or too few is an
//! error.

use std::collections::BTreeMap;
use std::fmt::Debug;

use nws_report::lan;
use nws_report::lan::{
    Backbone, BackboneCrowd, BackboneRun, Bulk, BulkRun, Faults, Growth, GrowthLoad, GrowthShape, Idle, Join,
    Latency, Matching, MatchingSize, Measured, Meet, Padding, Pipeline, Placing, Run, SideCost, Throughput,
};
use nws_report::load::{Cpu, Fault, Framing, Load, Memory, Mode, Report, Times};
use nws_report::native::{Conformance, Direct, IdleConnections, Lap, Peak, Remains, RoundTrip, Turn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Tables of counts: what is not in them was not counted.
const TABLES: [&str; 2] = ["errors", "counts"];

fn is_strict<T: Serialize + DeserializeOwned + PartialEq + Debug>(report: &T) {
    let text = serde_json::to_string(report).expect("a report is JSON");
    assert_eq!(&serde_json::from_str::<T>(&text).expect("what is written is read"), report);
    let whole: Value = serde_json::from_str(&text).expect("a report is JSON");
    for (pointer, keys) in objects(&whole, "") {
        let at = |change: &dyn Fn(&mut serde_json::Map<String, Value>)| {
            let mut changed = whole.clone();
            change(changed.pointer_mut(&pointer).and_then(Value::as_object_mut).expect("an object is there"));
            serde_json::from_value::<T>(changed)
        };
        for key in keys {
            let without = at(&|object| drop(object.remove(&key)));
            assert!(without.is_err(), "{pointer}/{key} is missing, and nobody minds");
        }
        let with = at(&|object| drop(object.insert("new".to_owned(), json!(1))));
        assert!(with.is_err(), "{pointer} has a field that nobody knows, and nobody minds");
    }
}

/// Every object in `value`, with its keys.
fn objects(value: &Value, at: &str) -> Vec<(String, Vec<String>)> {
    match value {
        Value::Object(object) => {
            let own = (at.to_owned(), object.keys().cloned().collect());
            let inner = object.iter().filter(|(key, _)| !TABLES.contains(&key.as_str()));
            let inner = inner.flat_map(|(key, value)| objects(value, &format!("{at}/{key}")));
            [own].into_iter().chain(inner).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(i, item)| objects(item, &format!("{at}/{i}"))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn run() -> Report {
    let times = Times { p50: 1.0, p90: 2.0, p99: 3.5, p999: 4.0, max: 5.0 };
    Report {
        mode: Mode::Ping,
        framing: Framing::Tcp,
        channels: 2,
        peers: 2,
        setup_s: Some(0.1),
        measured_s: 4.001,
        cpu: Cpu { server_s: Some(0.1), generator_s: 0.5, others_s: 0.01, ..Cpu::default() },
        memory: Memory { after_kib: Some(9000.0), ..Memory::default() },
        ok: false,
        errors: BTreeMap::from([(Fault::WrongSource, 1)]),
        failures: vec!["1 deliveries named another source than their sender".to_owned()],
        load: Some(Load { senders: 1, window: 1, rate: 100.0, bytes: 64 }),
        sent: Some(10),
        deliveries: Some(9),
        deliveries_per_s: Some(2.25),
        cpu_s_per_million: None,
        latency_us: Some(times.clone()),
        latency_counts: Some(vec![(1.0, 8), (5.0, 1)]),
        generator_late_us: Some(times.clone()),
        join_us: Some(times),
        switches_per_s: None,
    }
}

fn backbone() -> Backbone {
    let run = BackboneRun {
        round_trip_ms: 1.0,
        broker_round_trip_ms: 0.5,
        bulk: 100.0,
        bare_bulk: 150.0,
        small: 10_000.0,
        direct_small: 20_000.0,
    };
    let crowd = BackboneCrowd {
        sites: 8,
        channels: 200,
        matched_s: 5.0,
        broker_kib: 30_000.0,
        idle_share: 0.001,
        broker_idle_share: 0.002,
        lost_share: 0.001,
        back_s: 1.0,
    };
    Backbone { runs: vec![run], crowd }
}

fn growth() -> Growth {
    let idle =
        GrowthLoad { rate: 0.0, payload: 64, up: 100.0, down: 200.0, share: 0.001, broker_share: 0.002 };
    let shape = GrowthShape {
        sites: 2,
        channels: 50,
        matched_s: 0.5,
        matching_cpu_s: 0.1,
        proxy_kib: 20_000.0,
        broker_kib: 15_000.0,
        speaking: vec![idle.clone()],
        idle,
    };
    Growth { shapes: vec![shape] }
}

fn times() -> lan::Times {
    lan::Times {
        count: 2,
        p50_ms: Some(1.5),
        p95_ms: Some(2.0),
        p99_ms: None,
        most_ms: None,
        all_ms: vec![2.0, 1.5],
    }
}

fn rows() -> Vec<Measured> {
    let runs = vec![Run { placing: Placing::Across, rep: 1, report: run() }];
    let side = SideCost { work_ms: 1.5, session_ms: 0.5, frames: 3, bytes: 400 };
    let sizes = vec![MatchingSize { channels: 8, runs: vec![[side.clone(), side]] }];
    let padding = Padding { channels: [513, 1020], us: [10.5, 10.6], apart: 0.1, samples: 80 };
    let bulk = BulkRun {
        message: 1.5,
        tls: 2.5,
        tls_read_ahead: 3.5,
        relay: 7.5,
        broadcast: 4.5,
        tcp: 5.5,
        same: 6.5,
    };
    vec![
        Measured::Meet(Meet { fresh: times(), running: times() }),
        Measured::Join(Join { at_once: times(), in_turn: times() }),
        Measured::Latency(Latency { runs: runs.clone() }),
        Measured::Throughput(Throughput { loads: vec![Pipeline { receivers: 1, bytes: 64, runs }] }),
        Measured::Faults(Faults { kill: times(), partition: times(), heal: times() }),
        Measured::Matching(Matching { sizes, padding }),
        Measured::Bulk(Bulk { runs: vec![bulk], iperf3: None }),
        Measured::Idle(Box::new(Idle { run: run(), linked_kib: [1.5, 2.5], alone_kib: 1.0 })),
        Measured::Backbone(backbone()),
        Measured::Growth(growth()),
    ]
}

#[test]
fn reports_of_the_load_generator_are_strict() {
    is_strict(&run());
    let other = json!({"overtaken": 1});
    let mut report = serde_json::to_value(run()).unwrap();
    report["errors"] = other;
    assert!(serde_json::from_value::<Report>(report).is_err(), "a fault that nobody knows");
}

#[test]
fn rows_between_machines_are_strict() {
    for measured in rows() {
        is_strict(&lan::Report { measured, other_share: 0.01 });
    }
}

#[test]
fn reports_of_other_programs_are_strict() {
    let trip = RoundTrip { p50_us: 100.5, p99_us: 200.5 };
    let laps = vec![Lap { nws: trip, relay: trip, ratio: 1.0 }];
    is_strict(&Direct { nws: trip, relay: trip, ratio: 1.5, laps });
    is_strict(&IdleConnections {
        connections: 5000,
        before_kib: 9000.0,
        joined_kib: 19_000.0,
        kib_per_connection: 2.0,
    });
    let after = vec![Remains { seconds: 1, mib: 30.5 }];
    is_strict(&Peak { before_mib: 8.5, most_mib: 90.5, after });
    let counts = BTreeMap::from([("OK".to_owned(), 300)]);
    is_strict(&Conformance { cases: 301, counts, bad: vec!["1.1: FAILED".to_owned()] });
    is_strict(&Turn { what: "one joins".to_owned(), ms: 0.5 });
}

#[test]
fn framings_have_one_name() {
    for framing in [Framing::Text, Framing::Binary, Framing::Tcp] {
        assert_eq!(json!(framing), framing.name());
    }
}

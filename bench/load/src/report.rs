//! The one line of JSON that a run leaves.

use serde_json::{Value, json};

use crate::clock::seconds;
use crate::faults::Faults;
use crate::measure::Measure;
use crate::options::Options;
use crate::run::{Course, Memory};
use crate::sample::Sample;

/// A run is good when it has no failures.
pub(crate) struct Report {
    pub(crate) json: Value,
    pub(crate) failures: Vec<String>,
}

impl Report {
    pub(crate) fn new(options: &Options, course: &Course, measure: &Measure, faults: &Faults) -> Self {
        let failures = faults.sentences();
        let mut json = outline(options, course);
        merge(&mut json, json!({"ok": failures.is_empty(), "errors": faults.json(), "failures": failures}));
        if options.has_load() {
            json["load"] = load(options);
            merge(&mut json, traffic(course, measure, !options.pid.is_empty()));
        } else {
            json["join_us"] = measure.latency.json();
        }
        if !options.pid.is_empty() {
            json["switches_per_s"] = json!(round(course.used.server.switches / course.measured.max(1e-9), 1));
        }
        Self { json, failures }
    }
}

fn outline(options: &Options, course: &Course) -> Value {
    json!({
        "mode": format!("{:?}", options.mode).to_lowercase(),
        "framing": format!("{:?}", options.framing).to_lowercase(),
        "channels": options.channels,
        "peers": options.peers,
        "setup_s": course.setup.map(|setup| round(seconds(setup), 4)),
        "measured_s": round(course.measured, 3),
        "cpu": cpu(&course.used, !options.pid.is_empty()),
        "memory": memory(&course.memory, options.layout().connections()),
    })
}

fn load(options: &Options) -> Value {
    json!({
        "senders": options.senders, "window": options.window, "rate": options.rate, "bytes": options.bytes,
    })
}

fn traffic(course: &Course, measure: &Measure, has_server: bool) -> Value {
    let deliveries = measure.deliveries as f64;
    let per_million = course.used.server.cpu() * 1e6 / deliveries.max(1.0);
    json!({
        "sent": measure.sent,
        "deliveries": measure.deliveries,
        "deliveries_per_s": round(deliveries / course.measured.max(1e-9), 0),
        "cpu_s_per_million": has_server.then(|| round(per_million, 4)),
        "latency_us": measure.latency.json(),
        "generator_late_us": measure.lateness.json(),
    })
}

fn cpu(used: &Sample, has_server: bool) -> Value {
    let of_server = |value: f64, digits| has_server.then(|| round(value, digits));
    json!({
        "server_s": of_server(used.server.cpu(), 4),
        "user_s": of_server(used.server.user, 2),
        "system_s": of_server(used.server.system, 2),
        "context_switches": of_server(used.server.switches, 0),
        "generator_s": round(used.generator, 4),
        "others_s": round(used.others(), 2),
        "stolen_s": round(used.stolen, 2),
    })
}

fn memory(memory: &Memory, connections: usize) -> Value {
    let Memory { before, joined, after } = *memory;
    let grown = before.zip(after).map(|(before, after)| round((after - before) / connections as f64, 2));
    json!({"before_kib": before, "joined_kib": joined, "after_kib": after, "kib_per_connection": grown})
}

fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}

/// To so many decimals, for output that a person can read.
fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

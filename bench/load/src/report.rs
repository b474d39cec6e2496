//! Makes the report of a run: its course, with rounded numbers.

use nws_report::load::{self, Cpu, Report};

use crate::clock::seconds;
use crate::course::{Course, Memory};
use crate::options::Options;
use crate::sample::Sample;

/// A run is good when it has no failures.
pub(crate) fn report(options: &Options, course: &Course) -> Report {
    let failures = course.faults.sentences();
    let (has_load, has_server) = (options.has_load(), !options.pid.is_empty());
    let Course { measured, used, measure, .. } = course;
    let deliveries = measure.deliveries as f64;
    let per_second = |count: f64| count / measured.max(1e-9);
    let per_million = used.server.cpu() * 1e6 / deliveries.max(1.0);
    Report {
        mode: options.mode,
        framing: options.framing,
        channels: options.channels,
        peers: options.peers,
        setup_s: course.setup.map(|setup| round(seconds(setup), 4)),
        measured_s: round(*measured, 3),
        cpu: cpu(used, has_server),
        memory: memory(course.memory, options.layout().connections()),
        ok: failures.is_empty(),
        errors: course.faults.counts(),
        failures,
        load: has_load.then(|| load(options)),
        sent: has_load.then_some(measure.sent),
        deliveries: has_load.then_some(measure.deliveries),
        deliveries_per_s: has_load.then(|| round(per_second(deliveries), 0)),
        cpu_s_per_million: (has_load && has_server).then(|| round(per_million, 4)),
        latency_counts: (options.together && has_load).then(|| measure.latency.counts()),
        latency_us: measure.latency.summary().filter(|_| has_load),
        generator_late_us: measure.lateness.summary().filter(|_| has_load),
        join_us: measure.latency.summary().filter(|_| !has_load),
        switches_per_s: has_server.then(|| round(per_second(used.server.switches), 1)),
    }
}

fn load(options: &Options) -> load::Load {
    let Options { senders, window, rate, bytes, .. } = *options;
    load::Load { senders, window, rate, bytes }
}

fn cpu(used: &Sample, has_server: bool) -> Cpu {
    let of_server = |value: f64, digits| has_server.then(|| round(value, digits));
    Cpu {
        server_s: of_server(used.server.cpu(), 4),
        user_s: of_server(used.server.user, 2),
        system_s: of_server(used.server.system, 2),
        context_switches: of_server(used.server.switches, 0),
        generator_s: round(used.generator, 4),
        others_s: round(used.others(), 2),
        stolen_s: round(used.stolen, 2),
    }
}

fn memory(memory: Memory, connections: usize) -> load::Memory {
    let Memory { before, joined, after } = memory;
    let grown = before.zip(after).map(|(before, after)| round((after - before) / connections as f64, 2));
    load::Memory { before_kib: before, joined_kib: joined, after_kib: after, kib_per_connection: grown }
}

/// Rounds to so many decimals, for output that a user can read.
fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

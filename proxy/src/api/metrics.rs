//! Answers `GET /metrics`, in the text format of Prometheus.
//!
//! Nothing is counted for this. When someone asks, what was collected is written into a recorder of
//! that moment.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use metrics::{Unit, counter, describe_counter, describe_gauge, gauge, with_local_recorder};
use metrics_exporter_prometheus::PrometheusBuilder;
use nws_core::{Counts, Sums};

use super::Api;
use super::answer::stopping;
use super::collector::{Collection, SUMS};
use super::rows::{candidate_reasons, link_kinds, totals};

/// The version of the format.
const FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Counts by which a proxy is judged.
pub(super) async fn get(State(api): State<Arc<Api>>) -> Response {
    match api.collector.collect(SUMS).await {
        Some(collection) => ([(CONTENT_TYPE, FORMAT)], render(&api, &collection)).into_response(),
        None => stopping(),
    }
}

fn render(api: &Api, collection: &Collection) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    with_local_recorder(&recorder, || {
        record_proxy(api);
        record_clients(collection);
        record_links(collection);
        record_refusals(api);
    });
    recorder.handle().render()
}

fn record_proxy(api: &Api) {
    describe_gauge!("nws_build_info", "The version of this proxy, as a label.");
    gauge!("nws_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    describe_gauge!("process_start_time_seconds", Unit::Seconds, "When this proxy started, in Unix time.");
    gauge!("process_start_time_seconds").set(api.facts.began.before(Duration::ZERO) as f64 / 1e3);
    let (now, max) = api.permits.used();
    describe_gauge!("nws_connections", "Connections over HTTP and WebSocket.");
    gauge!("nws_connections").set(now as f64);
    describe_gauge!("nws_connections_limit", "Connections that there may be.");
    gauge!("nws_connections_limit").set(max as f64);
    describe_gauge!("nws_channels_limit", "Channels that there may be.");
    gauge!("nws_channels_limit").set(api.facts.channels_max as f64);
}

fn record_clients(collection: &Collection) {
    let Sums { local_channels, network_channels, clients, elsewhere, lagging, held, waiting, .. } =
        totals(collection);
    describe_gauge!("nws_shards", "Threads that own channels.");
    gauge!("nws_shards").set(collection.shards.len() as f64);
    describe_gauge!(
        "nws_shards_missing",
        "Threads that did not answer: their peers and channels are not counted."
    );
    gauge!("nws_shards_missing").set(collection.missing() as f64);
    describe_gauge!("nws_channels", "Channels that have a peer.");
    gauge!("nws_channels", "scope" => "local").set(local_channels as f64);
    gauge!("nws_channels", "scope" => "network").set(network_channels as f64);
    describe_gauge!("nws_peers", "Peers, each counted once for its channel.");
    gauge!("nws_peers", "place" => "here").set(clients as f64);
    gauge!("nws_peers", "place" => "elsewhere").set(elsewhere as f64);
    describe_gauge!("nws_clients_lagging", "Clients for which something waits that they did not take.");
    gauge!("nws_clients_lagging").set(lagging as f64);
    describe_gauge!("nws_clients_held", "Clients that are not read, as a recipient is too slow.");
    gauge!("nws_clients_held").set(held as f64);
    describe_gauge!("nws_waiting_bytes", Unit::Bytes, "Bytes that wait for clients.");
    gauge!("nws_waiting_bytes").set(waiting as f64);
    record_counts(collection.counts);
}

fn record_counts(Counts { joined, left, cut, messages, received_bytes, written_bytes }: Counts) {
    describe_counter!("nws_joins_total", "Clients that have joined a channel.");
    counter!("nws_joins_total").absolute(joined);
    describe_counter!("nws_leaves_total", "Clients that have left their channel.");
    counter!("nws_leaves_total").absolute(left);
    describe_counter!("nws_cuts_total", "Clients that were closed because they read too slowly.");
    counter!("nws_cuts_total").absolute(cut);
    describe_counter!("nws_messages_total", "Messages that clients have sent.");
    counter!("nws_messages_total").absolute(messages);
    describe_counter!("nws_received_bytes_total", Unit::Bytes, "Bytes of messages that clients have sent.");
    counter!("nws_received_bytes_total").absolute(received_bytes);
    describe_counter!("nws_written_bytes_total", Unit::Bytes, "Bytes that were written to clients.");
    counter!("nws_written_bytes_total").absolute(written_bytes);
}

fn record_links(collection: &Collection) {
    describe_gauge!("nws_links", "Links to other proxies.");
    for ((kind, family), count) in link_kinds(collection) {
        gauge!("nws_links", "kind" => kind, "family" => family).set(count as f64);
    }
    describe_gauge!("nws_candidates", "Proxies that are known and not linked, by reason.");
    for (reason, count) in candidate_reasons(collection) {
        gauge!("nws_candidates", "reason" => reason).set(count as f64);
    }
    let trips: Vec<Duration> = collection
        .mesh
        .iter()
        .flat_map(|mesh| &mesh.links)
        .filter_map(|link| link.round_trips.last().copied())
        .collect();
    describe_gauge!(
        "nws_link_round_trip_max_seconds",
        Unit::Seconds,
        "The longest of the last round trips of all links."
    );
    if let Some(longest) = trips.iter().max() {
        gauge!("nws_link_round_trip_max_seconds").set(longest.as_secs_f64());
    }
    let Some(mesh) = &collection.mesh else { return };
    describe_counter!("nws_link_frames_total", "Frames on links.");
    describe_counter!("nws_link_bytes_total", Unit::Bytes, "Bytes of frames on links.");
    for (direction, (frames, bytes)) in [("received", mesh.received), ("sent", mesh.sent)] {
        counter!("nws_link_frames_total", "direction" => direction).absolute(frames);
        counter!("nws_link_bytes_total", "direction" => direction).absolute(bytes);
    }
}

fn record_refusals(api: &Api) {
    describe_counter!("nws_refusals_total", "What was refused, by kind.");
    let refusals: BTreeMap<_, _> = api.refusals.all().into();
    for (kind, count) in refusals {
        counter!("nws_refusals_total", "kind" => kind).absolute(count);
    }
}

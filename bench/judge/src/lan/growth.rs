//! The figures of sites that become more, beside what the formula of docs/backbone.md gives.

use nws_report::lan::{Growth, GrowthLoad, GrowthShape};

use crate::figure::Figure;

/// Bytes of a hello, with the head that NATS gives it.
const HELLO: f64 = 216.0;
/// Seconds between two hellos of a site.
const HELLO_INTERVAL: f64 = 3.0;
/// Bytes a second in each direction of an idle link: a ping and a pong every three seconds.
const LINK: f64 = 68.0;
/// Bytes of a message besides its payload: the heads of NATS and of the frame, and what TLS adds.
const HEAD: f64 = 118.0;

pub(super) fn figures(row: &Growth) -> Vec<Figure> {
    row.shapes.iter().flat_map(of_shape).collect()
}

fn of_shape(shape: &GrowthShape) -> Vec<Figure> {
    let GrowthShape { sites, channels, .. } = shape;
    let what = format!("{sites} sites × {channels} channels");
    let mut figures = vec![
        Figure::new(format!("{what}, cold, all matched"), shape.matched_s, "s"),
        Figure::new(format!("{what}, CPU of a proxy until then"), shape.matching_cpu_s, "s"),
        Figure::new(format!("{what}, memory of a proxy"), shape.proxy_kib / 1024.0, "MiB"),
        Figure::new(format!("{what}, most memory of the broker"), shape.broker_kib / 1024.0, "MiB"),
    ];
    let loads = std::iter::once(&shape.idle).chain(&shape.speaking);
    figures.extend(loads.flat_map(|load| of_load(&what, *sites, load)));
    figures
}

fn of_load(what: &str, sites: usize, load: &GrowthLoad) -> Vec<Figure> {
    let what = format!("{what}, {:.0} messages/s of each", load.rate);
    let reckoned = |bytes: f64| format!("{bytes:.0} by the formula");
    vec![
        Figure::new(format!("{what}, to the broker"), load.up, "B/s").note(reckoned(up(sites, load))),
        Figure::new(format!("{what}, from the broker"), load.down, "B/s").note(reckoned(down(sites, load))),
        Figure::new(format!("{what}, CPU of a proxy"), load.share * 100.0, "%"),
        Figure::new(format!("{what}, CPU of the broker"), load.broker_share * 100.0, "%"),
    ]
}

/// Bytes a second from a site to the broker: its hello, its links, and its messages to each other site.
fn up(sites: usize, load: &GrowthLoad) -> f64 {
    HELLO / HELLO_INTERVAL + links(sites, load)
}

/// Bytes a second from the broker to a site: the hellos of all others.
fn down(sites: usize, load: &GrowthLoad) -> f64 {
    (sites - 1) as f64 * HELLO / HELLO_INTERVAL + links(sites, load)
}

fn links(sites: usize, load: &GrowthLoad) -> f64 {
    (sites - 1) as f64 * (LINK + load.rate * (load.payload as f64 + HEAD))
}

//! Draws heat maps of the grid: for each metric a picture of nws by Bun.
//!
//! A cell of the grid has seven axes and a map has two. So a square stands for all cells that share
//! its two values: it has the colour of their median, and says the median and the worst.

mod canvas;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::cell::{BYTES, CHANNELS, Cast, Cell, PEERS, SENDERS, Senders, WINDOWS, size};
use super::outcome::{METRICS, Outcome};
use crate::load::metric::Metric;
use crate::load::server::Server;
use crate::statistics::Spread;
use canvas::{Canvas, Square};

/// The server that the maps compare nws with.
const RIVAL: Server = Server::Bun;

/// Pixels between the left edge of a panel and its squares, for the names of rows.
const ROW_NAMES: i32 = 110;
/// Pixels between the upper edge of a panel and its squares, for title and names of columns.
const HEAD: i32 = 52;
const GAP: i32 = 16;
/// Pixels above all panels, for the title and the legend.
const TITLE: i32 = 64;

/// Two axes, and the cells that belong to them.
struct Panel {
    title: &'static str,
    columns: Vec<Level>,
    rows: Vec<Level>,
    has: fn(&Cell) -> bool,
}

/// A value, or values, of an axis.
struct Level {
    name: String,
    has: Box<dyn Fn(&Cell) -> bool>,
}

/// Writes the maps of all metrics that were compared with Bun to a folder.
pub(super) fn draw(outcomes: &[Outcome], folder: &Path) -> Result<()> {
    for metric in METRICS {
        if outcomes.iter().any(|outcome| outcome.ratio(RIVAL, metric).is_some()) {
            let file = folder.join(format!("grid-{}.svg", metric.title().to_lowercase()));
            fs::write(&file, map(outcomes, metric)?)
                .with_context(|| format!("cannot write {}", file.display()))?;
            println!("{}", file.display());
        }
    }
    Ok(())
}

fn map(outcomes: &[Outcome], metric: Metric) -> Result<String> {
    let [broadcast, direct, windows, payloads] = panels();
    let width = broadcast.width().max(direct.width()) + GAP + windows.width() + GAP;
    let height = TITLE + broadcast.height() + GAP + direct.height() + GAP;
    let mut svg = String::new();
    let canvas = Canvas::new(&mut svg, (width as u32, height as u32))?;
    let which = if metric == Metric::Cpu { "CPU of a delivery" } else { "Deliveries a second" };
    let counted = outcomes.iter().filter(|outcome| outcome.ratio(RIVAL, metric).is_some()).count();
    canvas.title(&format!("{which}, nws by Bun: {counted} loads"), (GAP, 24))?;
    let better = if metric == Metric::Cpu { "below 1 is better" } else { "above 1 is better" };
    canvas.note(
        &format!("median of the loads of a square, below it the worst; {better}, and blue"),
        (GAP, 46),
    )?;
    broadcast.draw(&canvas, (0, TITLE), outcomes, metric)?;
    direct.draw(&canvas, (0, TITLE + broadcast.height() + GAP), outcomes, metric)?;
    windows.draw(&canvas, (broadcast.width() + GAP, TITLE), outcomes, metric)?;
    let below = TITLE + windows.height() + GAP;
    payloads.draw(&canvas, (broadcast.width() + GAP, below), outcomes, metric)?;
    canvas.finish()?;
    Ok(svg)
}

fn panels() -> [Panel; 4] {
    let peers = || PEERS.map(|peers| Level::new(format!("{peers} peers"), move |cell| cell.peers == peers));
    let bytes = || BYTES.map(|bytes| Level::new(size(bytes), move |cell| cell.bytes == bytes));
    let windows = || WINDOWS.map(|window| Level::new(window.to_string(), move |cell| cell.window == window));
    let channels = CHANNELS.into_iter().flat_map(|channels| {
        SENDERS.map(|senders| {
            let name = format!("{channels} ch., {}", name(senders));
            Level::new(name, move |cell| cell.channels == channels && cell.senders == senders)
        })
    });
    [
        Panel {
            title: "broadcast, by bytes",
            columns: bytes().into(),
            rows: peers().into(),
            has: |cell| cell.cast == Cast::Broadcast,
        },
        Panel {
            title: "direct, by bytes",
            columns: bytes().into(),
            rows: peers().into(),
            has: |cell| cell.cast == Cast::Direct,
        },
        Panel {
            title: "both, by messages under way",
            columns: windows().into(),
            rows: channels.collect(),
            has: |_| true,
        },
        Panel {
            title: "both, by messages under way",
            columns: windows().into(),
            rows: vec![
                Level::new("text".to_owned(), |cell| !cell.is_binary()),
                Level::new("binary".to_owned(), Cell::is_binary),
            ],
            has: |_| true,
        },
    ]
}

fn name(senders: Senders) -> &'static str {
    match senders {
        Senders::One => "1 sender",
        Senders::Four => "4 senders",
        Senders::All => "all send",
    }
}

impl Panel {
    fn width(&self) -> i32 {
        ROW_NAMES + self.columns.len() as i32 * canvas::WIDTH
    }

    fn height(&self) -> i32 {
        HEAD + self.rows.len() as i32 * canvas::HEIGHT
    }

    fn draw(
        &self,
        canvas: &Canvas<'_>,
        (left, top): (i32, i32),
        outcomes: &[Outcome],
        metric: Metric,
    ) -> Result<()> {
        let (x, y) = (left + ROW_NAMES, top + HEAD);
        canvas.heading(self.title, (x, top + 14))?;
        for (column, at) in self.columns.iter().zip(0..) {
            canvas.column(&column.name, (x + at * canvas::WIDTH, y))?;
        }
        for (row, at) in self.rows.iter().zip(0..) {
            let y = y + at * canvas::HEIGHT;
            canvas.row(&row.name, (x, y))?;
            for (column, at) in self.columns.iter().zip(0..) {
                let square = self.square(outcomes, metric, |cell| (row.has)(cell) && (column.has)(cell));
                canvas.square(square.as_ref(), (x + at * canvas::WIDTH, y))?;
            }
        }
        Ok(())
    }

    /// What the cells of a square have in common; `None` if there are none.
    fn square(&self, outcomes: &[Outcome], metric: Metric, has: impl Fn(&Cell) -> bool) -> Option<Square> {
        let inside = outcomes.iter().filter(|outcome| (self.has)(&outcome.cell) && has(&outcome.cell));
        let ratios = inside.filter_map(|outcome| outcome.ratio(RIVAL, metric));
        let values: Vec<f64> = ratios.map(|ratio| ratio.value).collect();
        let is_alone = values.len() == 1;
        let Spread { median, least, most } = Spread::of(values)?;
        let is_cost = metric == Metric::Cpu;
        let (worst, goodness) = if is_cost { (most, 1.0 / median) } else { (least, median) };
        Some(Square { median, worst: (!is_alone).then_some(worst), goodness })
    }
}

impl Level {
    fn new(name: String, has: impl Fn(&Cell) -> bool + 'static) -> Self {
        Self { name, has: Box::new(has) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::outcome::tests::by_bun;
    use super::*;

    #[test]
    fn every_cell_is_in_one_square_of_each_of_its_panels() {
        let [broadcast, direct, windows, payloads] = panels();
        for cell in Cell::all() {
            let squares = |panel: &Panel| {
                let count = |levels: &[Level]| levels.iter().filter(|level| (level.has)(&cell)).count();
                if (panel.has)(&cell) { count(&panel.rows) * count(&panel.columns) } else { 0 }
            };
            let casts = squares(&broadcast) + squares(&direct);
            assert_eq!((casts, squares(&windows), squares(&payloads)), (1, 1, 1), "{cell}");
        }
    }

    #[test]
    fn a_square_tells_median_and_worst() {
        let outcomes = [by_bun(0.5, 2.0), by_bun(1.5, 0.5), by_bun(0.8, 1.25)];
        let [broadcast, ..] = panels();
        let cpu = broadcast.square(&outcomes, Metric::Cpu, |_| true).unwrap();
        assert_eq!((cpu.median, cpu.worst, cpu.goodness), (0.8, Some(1.5), 1.25));
        let rate = broadcast.square(&outcomes, Metric::Rate, |_| true).unwrap();
        assert_eq!((rate.median, rate.worst, rate.goodness), (1.25, Some(0.5), 1.25));
        assert!(broadcast.square(&outcomes, Metric::Cpu, |_| false).is_none());
        assert_eq!(broadcast.square(&outcomes[..1], Metric::Cpu, |_| true).unwrap().worst, None);
    }

    #[test]
    fn a_map_is_a_picture_with_the_numbers_in_it() {
        let svg = map(&[by_bun(0.63, 2.0)], Metric::Cpu).unwrap();
        assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.contains("0.63") && svg.contains("512Ki") && svg.contains("100 ch., all send"));
    }
}

//! A picture of coloured squares with numbers, as SVG.

use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// Pixels of a square.
pub(super) const WIDTH: i32 = 56;
pub(super) const HEIGHT: i32 = 36;

const BLUE: RGBColor = RGBColor(33, 102, 172);
const RED: RGBColor = RGBColor(178, 24, 43);
const GREY: RGBColor = RGBColor(238, 238, 238);
/// Twice as good, or as bad, has the full colour.
const FULL: f64 = 2.0;
/// From this share of the full colour on, white is easier to read than black.
const DARK: f64 = 0.6;

/// The content of a square.
pub(super) struct Square {
    pub(super) median: f64,
    /// `None` if the square is of one value.
    pub(super) worst: Option<f64>,
    /// How much better than the rival; 1 means equal.
    pub(super) goodness: f64,
}

/// A white picture, drawn upon by pixels from its upper left corner.
pub(super) struct Canvas<'a>(DrawingArea<SVGBackend<'a>, Shift>);

/// Where and how large a text is.
struct Style {
    size: i32,
    color: RGBColor,
    horizontal: HPos,
    vertical: VPos,
}

const LEFT: Style = Style { size: 13, color: BLACK, horizontal: HPos::Left, vertical: VPos::Center };
const CENTRE: Style = Style { horizontal: HPos::Center, ..LEFT };

impl<'a> Canvas<'a> {
    /// A picture of this width and height, which is written to `svg` when it is finished.
    pub(super) fn new(svg: &'a mut String, size: (u32, u32)) -> Result<Self> {
        let area = SVGBackend::with_string(svg, size).into_drawing_area();
        area.fill(&WHITE).map_err(failed)?;
        Ok(Self(area))
    }

    pub(super) fn title(&self, words: &str, at: (i32, i32)) -> Result<()> {
        self.text(words, at, Style { size: 20, ..LEFT })
    }

    pub(super) fn note(&self, words: &str, at: (i32, i32)) -> Result<()> {
        self.text(words, at, LEFT)
    }

    /// The title of a panel.
    pub(super) fn heading(&self, words: &str, at: (i32, i32)) -> Result<()> {
        self.text(words, at, Style { size: 15, ..LEFT })
    }

    /// The name of the column whose first square is here.
    pub(super) fn column(&self, name: &str, (x, y): (i32, i32)) -> Result<()> {
        self.text(name, (x + WIDTH / 2, y - 8), CENTRE)
    }

    /// The name of the row whose first square is here.
    pub(super) fn row(&self, name: &str, (x, y): (i32, i32)) -> Result<()> {
        self.text(name, (x - 8, y + HEIGHT / 2), Style { horizontal: HPos::Right, ..LEFT })
    }

    /// A square; a grey one if it has no content.
    pub(super) fn square(&self, square: Option<&Square>, (x, y): (i32, i32)) -> Result<()> {
        let (color, text) = square.map_or((GREY, BLACK), |square| colors(square.goodness));
        let corners = [(x + 1, y + 1), (x + WIDTH - 1, y + HEIGHT - 1)];
        self.0.draw(&Rectangle::new(corners, color.filled())).map_err(failed)?;
        let Some(Square { median, worst, .. }) = square else { return Ok(()) };
        let middle = x + WIDTH / 2;
        self.text(&format!("{median:.2}"), (middle, y + 13), Style { size: 14, color: text, ..CENTRE })?;
        worst.map_or(Ok(()), |worst| {
            self.text(&format!("{worst:.2}"), (middle, y + 27), Style { size: 10, color: text, ..CENTRE })
        })
    }

    pub(super) fn finish(self) -> Result<()> {
        self.0.present().map_err(failed)
    }

    fn text(&self, words: &str, at: (i32, i32), style: Style) -> Result<()> {
        let Style { size, color, horizontal, vertical } = style;
        let font = ("sans-serif", size).into_font().color(&color).pos(Pos::new(horizontal, vertical));
        self.0.draw(&Text::new(words.to_owned(), at, font)).map_err(failed)
    }
}

/// The colours of a square, and of what is written on it.
fn colors(goodness: f64) -> (RGBColor, RGBColor) {
    let share = (goodness.ln() / FULL.ln()).clamp(-1.0, 1.0);
    let end = if share < 0.0 { RED } else { BLUE };
    let mix = |end: u8| (255.0 + (f64::from(end) - 255.0) * share.abs()).round() as u8;
    let text = if share.abs() > DARK { WHITE } else { BLACK };
    (RGBColor(mix(end.0), mix(end.1), mix(end.2)), text)
}

fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("cannot draw: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_is_blue_and_worse_is_red() {
        assert_eq!(colors(1.0), (WHITE, BLACK));
        assert_eq!(colors(2.0), (BLUE, WHITE));
        assert_eq!(colors(9.0), (BLUE, WHITE));
        assert_eq!(colors(0.25), (RED, WHITE));
        let RGBColor(red, _, blue) = colors(1.2).0;
        assert!(red < blue);
    }
}

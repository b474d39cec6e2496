//! Chooses cells by a Latin hypercube: each axis is covered evenly, however few the cells are.

use rand::rngs::SysRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng, TryRng};
use rand_chacha::ChaCha8Rng;

use anyhow::{Context, Result};

use super::cell::{Cell, LEVELS};

/// A seed that nobody has chosen.
pub(super) fn seed() -> Result<u64> {
    // As short as one likes to type it again.
    Ok(SysRng.try_next_u32().context("no random number")?.into())
}

/// So many cells, without repetition, and all if there are no more. The same seed gives the same
/// cells.
///
/// A hypercube also has cells that are not measured. Others from further hypercubes stand for them.
pub(super) fn cells(count: usize, seed: u64) -> Vec<Cell> {
    let all: Vec<Cell> = Cell::all().collect();
    if count >= all.len() {
        return all;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut cells = Vec::new();
    while cells.len() < count {
        for cell in hypercube(count, &mut rng).into_iter().map(Cell::at) {
            if cells.len() < count && cell.is_measured() && !cells.contains(&cell) {
                cells.push(cell);
            }
        }
    }
    cells
}

/// So many points. Each axis is divided into as many parts, and one point lies in each part.
fn hypercube(count: usize, rng: &mut ChaCha8Rng) -> Vec<[usize; LEVELS.len()]> {
    let axes = LEVELS.map(|levels| {
        let level = |part: usize, within: f64| (part as f64 + within) / count as f64 * levels as f64;
        let mut axis: Vec<usize> =
            (0..count).map(|part| (level(part, rng.random()) as usize).min(levels - 1)).collect();
        axis.shuffle(rng);
        axis
    });
    (0..count).map(|point| axes.each_ref().map(|axis| axis[point])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_has_its_share() {
        let count = 60;
        let points = hypercube(count, &mut ChaCha8Rng::seed_from_u64(1));
        for (axis, levels) in LEVELS.into_iter().enumerate() {
            for level in 0..levels {
                let found = points.iter().filter(|point| point[axis] == level).count() as f64;
                let share = count as f64 / levels as f64;
                assert!((found - share).abs() < 2.0, "axis {axis}, level {level}: {found} of {share}");
            }
        }
    }

    #[test]
    fn a_seed_says_which_cells() {
        let chosen = cells(60, 7);
        assert_eq!(chosen, cells(60, 7));
        assert_ne!(chosen, cells(60, 8));
        assert!(chosen.len() == 60 && chosen.iter().all(Cell::is_measured));
        assert!(chosen.iter().enumerate().all(|(at, cell)| !chosen[..at].contains(cell)));
    }

    #[test]
    fn no_sample_is_larger_than_the_grid() {
        assert_eq!(cells(usize::MAX, 7).len(), Cell::all().count());
    }
}

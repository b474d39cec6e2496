//! `cargo xtask instructions`: counts the instructions of the hot functions, and compares them with
//! the known counts.

mod callgrind;
mod comparison;
mod growth;
mod ledger;
mod origin;

use anyhow::{Result, bail};
use nws_tools::{Step, checkout};
use rayon::prelude::*;

use crate::build;
use comparison::Comparison;
use growth::Growths;
use ledger::Ledger;
use origin::Origin;

/// Counts the instructions of the proxy's hot functions and compares them with
/// bench/micro/instructions.json.
///
/// Unlike times, counts are the same in every run, however busy the machine is: they depend on the
/// code, the compiler and the processor. This fails if a count has moved by more than the
/// tolerance, in either direction.
///
/// Work whose amount others decide is counted in two sizes. This fails if twice the size costs more
/// than 2.5 times the work.
#[derive(clap::Args)]
pub(crate) struct Instructions {
    /// Keeps the new counts as the known ones.
    #[arg(long)]
    renew: bool,
}

impl Instructions {
    pub(crate) fn start(self) -> Result<()> {
        callgrind::need()?;
        // The proxy carries what is built here, and its links are counted.
        build::bundle(true)?;
        Step::cargo("build --release --package nws-micro").run()?;
        let counted = Ledger { origin: Origin::here()?, instructions: count_all()? };
        let known = Ledger::read()?;
        let comparison = Comparison::new(&counted, known.as_ref());
        println!("\n{comparison}");
        let growths = Growths::count()?;
        println!("\n{growths}");
        if !growths.too_fast().is_empty() {
            bail!("twice the size is {}; look for a search", growths.too_fast().join("; "));
        }
        match (self.renew, comparison.moved()) {
            (true, _) => counted.write(),
            (false, moved) if moved.is_empty() => Ok(()),
            (false, moved) => bail!(
                "moved: {}; find out why, or keep the new counts by `cargo xtask instructions --renew`",
                moved.join("; ")
            ),
        }
    }
}

/// Counts every function that the program lists, in the order of the list.
fn count_all() -> Result<Vec<(String, u64)>> {
    let names = Step::new(checkout::program("nws-micro", true)).read()?;
    let names: Vec<&str> = names.lines().collect();
    names.into_par_iter().map(|name| Ok((name.to_owned(), callgrind::count(name)?))).collect()
}

//! `cargo xtask instructions`: what the hot functions execute, beside what they are known to.

mod callgrind;
mod comparison;
mod growth;
mod ledger;
mod origin;

use anyhow::{Result, bail};
use nws_tools::{Step, checkout};

use crate::build;
use comparison::Comparison;
use growth::Growths;
use ledger::Ledger;
use origin::Origin;

/// Counts the instructions of the proxy's hot functions and compares them with bench/micro/instructions.json.
///
/// Unlike times, counts are the same in every run, however busy the machine is: what differs is the code, the
/// compiler or the processor. Fails where a count has moved by more than the tolerance, in either direction.
///
/// What others decide about is counted in two sizes. Fails where twice as much costs more than 2.5 times the work.
#[derive(clap::Args)]
pub(crate) struct Instructions {
    /// Keeps what was counted as what is known.
    #[arg(long)]
    renew: bool,
}

impl Instructions {
    pub(crate) fn start(self) -> Result<()> {
        callgrind::need()?;
        // The proxy, whose links are counted, carries what is built here.
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

/// Every function that the program lists, in its order.
fn count_all() -> Result<Vec<(String, u64)>> {
    let names = Step::new(checkout::program("nws-micro", true)).read()?;
    names.lines().map(|name| Ok((name.to_owned(), callgrind::count(name)?))).collect()
}

//! Tests whether the framing follows RFC 6455, with Autobahn's fuzzing client.

use std::path::PathBuf;

use anyhow::{Result, bail};
use nws_report::native::Conformance;
use nws_tools::{Step, checkout};

use crate::figure::Figure;
use crate::kept;

/// The last release of the suite. It needs Python 2.7.
const SUITE: &str = "autobahntestsuite==25.10.1";

/// The cases that failed. There should be none.
pub(crate) fn measure() -> Result<Vec<Figure>> {
    let folder = kept::folder()?.join("conformance");
    let run = Step::cargo("run --quiet --release --package nws-tests --example autobahn --");
    let run = run.arg(suite()?).arg(folder.join("reports"));
    let result: Conformance =
        serde_json::from_str(&run.env("NWS_BIN", checkout::program("nws", true)).read()?)?;
    let (bad, cases) = (result.bad.len() as f64, result.cases as f64);
    Ok(vec![
        Figure::new("Autobahn: cases that failed", bad, "").at_most(0.0).details(&result),
        Figure::new("Autobahn: cases", cases, ""),
    ])
}

/// A Python that has the suite, installed in the target folder.
fn suite() -> Result<PathBuf> {
    let venv = kept::folder()?.join("conformance/venv");
    let python = venv.join("bin/python");
    if !Step::new(&python).words("-c").arg("import autobahntestsuite").succeeds() {
        let base = python2()?;
        Step::new(&base).words("-m pip install --user virtualenv").run()?;
        Step::new(&base).words("-m virtualenv --quiet").arg(&venv).run()?;
        Step::new(&python).words("-m pip install --quiet").arg(SUITE).run()?;
    }
    Ok(python)
}

fn python2() -> Result<PathBuf> {
    let of_pyenv = Step::new("pyenv").words("prefix 2.7.18").read().ok();
    let of_pyenv = of_pyenv.map(|prefix| PathBuf::from(prefix.trim()).join("bin/python"));
    let candidates = [std::env::var_os("PYTHON2").map(PathBuf::from), Some("python2.7".into()), of_pyenv];
    let found =
        candidates.into_iter().flatten().find(|python| Step::new(python).words("--version").succeeds());
    match found {
        Some(python) => Ok(python),
        None => bail!("Autobahn's suite needs Python 2.7: name it in the variable PYTHON2"),
    }
}

//! Runs the tests of the proxy with an executable for another system or processor.
//!
//! The tests get a script in place of the proxy. The script becomes the emulator, so the process
//! that a test starts, stops or kills is the proxy.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use nws_tools::{Step, checkout};

use super::tally::Tally;

/// A program that runs executables for another system or processor.
pub(crate) struct Emulator {
    /// What a person calls it.
    pub(crate) name: &'static str,
    /// Its program, by its path or by a name that the shell finds.
    pub(crate) program: &'static str,
    /// The argument with which it does nothing and succeeds.
    pub(crate) probe: &'static str,
    /// The package of Debian that has it.
    pub(crate) package: &'static str,
    /// The variables that it needs.
    pub(crate) variables: Vec<(&'static str, PathBuf)>,
    /// The signal that stops a proxy there as `TERM` does on Unix.
    pub(crate) term: &'static str,
    /// The folders of `tests/tests` whose tests run with it.
    pub(crate) folders: &'static [&'static str],
    /// How many tests run at a time; `None` for as many as there are cores.
    pub(crate) at_once: Option<&'static str>,
    /// Modules and tests of these folders that do not run with it, each with the reason.
    pub(crate) left_out: &'static [(&'static str, &'static str)],
}

impl Emulator {
    /// Installs the emulator if it is missing.
    pub(crate) fn need(&self) -> Result<()> {
        let Self { name, program, package, .. } = self;
        if self.is_there() {
            return Ok(());
        }
        nws_tools::install(package).with_context(|| {
            format!("{name} is missing: install it, on Debian by `apt-get install {package}`")
        })?;
        if !self.is_there() {
            bail!("{name} does not start, although {package} is installed: `{program} {}` fails", self.probe);
        }
        Ok(())
    }

    /// Runs the tests with `program` as the proxy, and then those of links between it and the proxy
    /// of this system. The script lies in `folder`.
    pub(crate) fn test(&self, program: &Path, folder: &Path) -> Result<Tally> {
        if !program.is_file() {
            bail!("{} is missing: run `cargo xtask dist`", program.display());
        }
        for (test, reason) in self.left_out {
            println!("with {}, {test} does not run: {reason}", self.name);
        }
        let script = self.script(program, folder)?;
        let native = checkout::program("nws", false);
        let left_out = self.left_out.iter().flat_map(|(test, _)| ["--skip", test]);
        let mut tally = self.run(self.folders, &script, &script, left_out)?;
        tally += self.run(&["links"], &native, &script, ["partner::"])?;
        Ok(tally)
    }

    fn is_there(&self) -> bool {
        Step::new(self.program).arg(self.probe).succeeds()
    }

    /// Runs those tests of `folders` that `filter` selects, with `proxy` as the proxy and `partner`
    /// as its partner.
    fn run<'f>(
        &self,
        folders: &[&str],
        proxy: &Path,
        partner: &Path,
        filter: impl IntoIterator<Item = &'f str>,
    ) -> Result<Tally> {
        println!("{} runs {}", self.name, partner.display());
        // All crates and features: so nothing is compiled that the other tests have not compiled.
        let run = Step::cargo("test --workspace --all-features --no-fail-fast");
        let run = folders.iter().fold(run, |run, folder| run.arg("--test").arg(folder)).arg("--");
        let run = self.at_once.into_iter().fold(run, |run, count| run.arg("--test-threads").arg(count));
        let run = filter.into_iter().fold(run, Step::arg);
        let run = run.env("NWS_BIN", proxy).env("NWS_PARTNER_BIN", partner).env("NWS_TERM", self.term);
        let tally = super::rust::count(run.env("NWS_EMULATOR", self.name))?;
        ensure!(tally.passed + tally.failed > 0, "no test of {} fits the filter", folders.join(", "));
        Ok(tally)
    }

    fn script(&self, program: &Path, folder: &Path) -> Result<PathBuf> {
        let mut text = "#!/bin/sh\n".to_owned();
        for (name, value) in &self.variables {
            text += &format!("export {name}={}\n", quoted(value));
        }
        text += &format!("exec {} {} \"$@\"\n", self.program, quoted(program));
        let script = folder.join("nws");
        fs::write(&script, text).with_context(|| format!("cannot write {}", script.display()))?;
        Step::new("chmod").arg("+x").arg(&script).unannounced().run()?;
        Ok(script)
    }
}

/// A word of the shell, whatever characters it has.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_word_of_the_shell() {
        assert_eq!(quoted(Path::new("/a folder/it's")), r"'/a folder/it'\''s'");
    }
}

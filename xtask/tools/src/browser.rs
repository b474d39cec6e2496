//! Finds browsers for tests and benchmarks.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::debian;

/// A browser, and the places in which it may be.
pub struct Browser {
    name: &'static str,
    /// The variable that names its program, if none of the names below is right.
    pub variable: &'static str,
    programs: &'static [&'static str],
    package: &'static str,
}

/// The browser for tests of pages.
pub const CHROMIUM: Browser = Browser {
    name: "Chromium",
    variable: "CHROMIUM",
    programs: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
    package: "chromium",
};

/// Another engine for tests of pages.
pub const FIREFOX: Browser = Browser {
    name: "Firefox",
    variable: "FIREFOX",
    programs: &["firefox-esr", "firefox"],
    package: "firefox-esr",
};

impl Browser {
    /// The program: the one that the variable names, otherwise the first that is found, otherwise
    /// the one that Debian installs.
    ///
    /// # Errors
    ///
    /// When there is none, and it cannot be installed.
    pub fn need(&self) -> Result<PathBuf> {
        if let Some(chosen) = std::env::var_os(self.variable) {
            return Ok(chosen.into());
        }
        if let Some(found) = self.find() {
            return Ok(found);
        }
        debian::install(self.package).with_context(|| self.missing())?;
        self.find().with_context(|| self.missing())
    }

    fn missing(&self) -> String {
        let Self { name, variable, .. } = self;
        format!("{name} is missing: install it, or name its program in the variable {variable}")
    }

    fn find(&self) -> Option<PathBuf> {
        let path = std::env::var_os("PATH")?;
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let programs =
            self.programs.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        programs.into_iter().find(|program| program.is_file())
    }
}

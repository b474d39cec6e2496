//! Installs the tools that build what is released, in exactly one version each, in the target
//! folder.

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use nws_tools::Step;

use crate::release;

/// Tools in Rust, with their versions and the features that they need. They are built without the optimisations that take longest.
const CRATES: [(&str, &str, &str); 4] = [
    ("cargo-about", "0.9.3", "cli"),
    ("cargo-cyclonedx", "0.5.9", ""),
    ("cargo-deb", "3.8.0", ""),
    ("cargo-generate-rpm", "0.21.1", ""),
];

/// Packages of PyPI. ziglang is the C compiler and linker for every platform. The last four are what
/// hatchling needs.
const WHEELS: [(&str, &str); 8] = [
    ("ziglang", "0.17.1"),
    ("cargo-zigbuild", "0.24.1"),
    ("hatchling", "1.33.0"),
    ("uv", "0.13.9"),
    ("packaging", "26.4"),
    ("pathspec", "1.1.1"),
    ("pluggy", "1.7.0"),
    ("trove-classifiers", "2026.9.21.13"),
];

/// The variable that names another folder with tools, so that they need not be built again.
pub(crate) const FOLDER: &str = "NWS_DIST_TOOLS";

/// The folder of the tools.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os(FOLDER).map_or_else(|| release::work().join("tools"), PathBuf::from)
}

/// The tools of that folder.
pub(crate) struct Tools {
    folder: PathBuf,
}

impl Tools {
    /// Installs what is missing.
    pub(crate) fn need() -> Result<Self> {
        let tools = Self { folder: folder() };
        for (name, version, features) in CRATES {
            tools.need_crate(name, version, features)?;
        }
        tools.need_wheels()?;
        Ok(tools)
    }

    /// `cargo <words>`, which finds its subcommands among the tools.
    pub(crate) fn cargo(&self, words: &str) -> Result<Step> {
        Ok(Step::cargo(words).env("PATH", self.path()?))
    }

    /// A program of a package of PyPI.
    pub(crate) fn python(&self, program: &str) -> Result<Step> {
        Ok(Step::new(self.python_folder().join(format!("{program}{EXE_SUFFIX}"))).env("PATH", self.path()?))
    }

    /// The variable `PATH`, with the tools before what is there.
    fn path(&self) -> Result<OsString> {
        let found = std::env::var_os("PATH").unwrap_or_default();
        let own = [self.python_folder(), self.folder.join("bin")];
        let folders = own.into_iter().chain(std::env::split_paths(&found));
        std::env::join_paths(folders).context("the target folder has a name that PATH cannot hold")
    }

    fn python_folder(&self) -> PathBuf {
        self.folder.join("python").join(if cfg!(windows) { "Scripts" } else { "bin" })
    }

    fn need_crate(&self, name: &str, version: &str, features: &str) -> Result<()> {
        // cargo notes what it has installed, and does nothing if it is that.
        let noted = fs::read_to_string(self.folder.join(".crates.toml")).unwrap_or_default();
        if noted.contains(&format!("\"{name} {version} (")) {
            return Ok(());
        }
        Step::cargo("install --locked --quiet --root")
            .arg(&self.folder)
            .arg(format!("{name}@{version}"))
            .arg("--features")
            .arg(features)
            .env("CARGO_TARGET_DIR", self.folder.join("build"))
            .quickly_built()
            .run()
    }

    fn need_wheels(&self) -> Result<()> {
        let wanted: Vec<String> = WHEELS.iter().map(|(name, version)| format!("{name}=={version}")).collect();
        let note = self.folder.join("python/installed.txt");
        let wanted_note = wanted.join("\n");
        if fs::read_to_string(&note).is_ok_and(|noted| noted == wanted_note) {
            return Ok(());
        }
        self.need_python()?;
        let install = self.python("python")?.words("-m pip install --quiet --disable-pip-version-check");
        wanted.iter().fold(install, Step::arg).run()?;
        release::write(&note, wanted_note)
    }

    fn need_python(&self) -> Result<()> {
        let folder = self.folder.join("python");
        if self.python_folder().join(format!("pip{EXE_SUFFIX}")).exists() {
            return Ok(());
        }
        let made = venv(&folder).run();
        if made.is_ok() {
            return Ok(());
        }
        nws_tools::install("python3-venv")
            .context("Python 3.10 or later with its module venv is needed for the C compilers of PyPI")?;
        venv(&folder).run()
    }
}

fn venv(folder: &Path) -> Step {
    Step::new(if cfg!(windows) { "python" } else { "python3" }).words("-m venv").arg(folder)
}

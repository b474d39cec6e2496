//! Checks rules on files that no lint knows: names that say nothing, and modules in `mod.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use nws_tools::checkout;

const NAMELESS: [&str; 5] = ["utils", "util", "helpers", "common", "manager"];
const CODE: [&str; 5] = ["rs", "ts", "js", "mjs", "css"];
const NOT_OURS: [&str; 3] = ["target", "node_modules", ".git"];
/// Folders that hold what is built.
const BUILT: [&str; 3] = ["demo/dist", "polyfill/dist", "proxy/console/dist"];

pub(crate) fn check() -> Result<()> {
    let mut wrong = Vec::new();
    visit(&checkout::root(), &mut |file| wrong.extend(fault(file)))?;
    if !wrong.is_empty() {
        bail!("{}", wrong.join("; "));
    }
    Ok(())
}

pub(super) fn visit(folder: &Path, each: &mut dyn FnMut(&Path)) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        if path.is_dir() && is_ours(&path) {
            visit(&path, each)?;
        } else if path.extension().is_some_and(|kind| CODE.iter().any(|code| kind == *code)) {
            each(&path);
        }
    }
    Ok(())
}

fn is_ours(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default();
    !BUILT.iter().any(|built| folder.ends_with(built)) && !NOT_OURS.iter().any(|other| name == *other)
}

fn fault(file: &Path) -> Option<String> {
    let stem = file.file_stem()?.to_str()?;
    if NAMELESS.contains(&stem) {
        return Some(format!("{}: a file is named after what it holds", file.display()));
    }
    file.ends_with("mod.rs").then(|| format!("{}: a module's file lies beside its folder", file.display()))
}

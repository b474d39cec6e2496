//! Finds the path of this program that lasts longest: a service starts it for years.
//!
//! Package managers replace what a symbolic link points at (`/opt/homebrew/bin/nws`,
//! `~/.local/bin/nws`), so the link is written and not what it points at today.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Error, files};

/// A folder of such a name is emptied at any time: npx, bunx, pnpm dlx, uvx, pipx run.
const CACHES: [&str; 8] = [".cache", "_npx", "cache", "caches", "dlx", "npm-cache", "pnpm-cache", "temp"];

/// A folder of such a name is replaced by an upgrade: Homebrew, pnpm, Nix, Guix, versions of Node.
const OF_ONE_VERSION: [&str; 6] = [".fnm", ".nvm", ".pnpm", "cellar", "fnm", "store"];

/// The program of a service.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    /// Its absolute path.
    pub(super) path: String,
    /// Why it may be gone one day, and what to do.
    pub(super) warning: Option<String>,
}

/// The program that runs.
pub(super) fn find() -> Result<Program, Error> {
    let running = env::current_exe().map_err(Error::Program)?;
    let real = fs::canonicalize(&running).map_err(Error::Program)?;
    let is_it = |path: &PathBuf| fs::canonicalize(path).is_ok_and(|other| other == real);
    let path = called().filter(is_it).unwrap_or(running);
    let folders: Vec<PathBuf> =
        [env::temp_dir()].into_iter().chain(files::variable("XDG_CACHE_HOME")).collect();
    let warning = warning(&path, &folders);
    let path = path.into_os_string().into_string().map_err(|path| Error::Path(path.into()))?;
    Ok(Program { path, warning })
}

/// The path by which this program was called, with its symbolic links.
fn called() -> Option<PathBuf> {
    let name = PathBuf::from(env::args_os().next()?);
    if name.components().count() > 1 {
        return std::path::absolute(name).ok();
    }
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(&name))
        .find(|path| path.is_absolute() && path.is_file())
}

/// Why the program at `path` may be gone one day. `emptied` are folders that are emptied.
fn warning(path: &Path, emptied: &[PathBuf]) -> Option<String> {
    let names = path.parent()?.components().map(|part| part.as_os_str().to_string_lossy().to_lowercase());
    let names: Vec<String> = names.collect();
    let has_one_of = |known: &[&str]| names.iter().any(|name| known.contains(&name.as_str()));
    let shown = path.display();
    if emptied.iter().any(|folder| path.starts_with(folder)) || has_one_of(&CACHES) {
        return Some(format!(
            "{shown} is in a folder for temporary files: when it is emptied, the service ends. Install nws to \
             stay, as by `npm install -g @networkwebsockets/proxy` or `uv tool install networkwebsockets-proxy`, \
             and run `nws service install` again"
        ));
    }
    let has_version = names.iter().any(|name| name.contains(env!("CARGO_PKG_VERSION")));
    (has_version || has_one_of(&OF_ONE_VERSION))
        .then(|| format!("{shown} may go with the next upgrade: then run `nws service install` again"))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_will_be_gone_is_told() {
        let version = env!("CARGO_PKG_VERSION");
        let of = |path: &str| {
            let warning = warning(Path::new(path), &[PathBuf::from("/scratch")]);
            warning.map(|warning| if warning.contains("temporary") { "temporary" } else { "upgrade" })
        };
        for path in [
            "/home/u/.npm/_npx/1c5c/node_modules/@networkwebsockets/proxy-linux-x64/nws",
            "/home/u/.cache/uv/archive-v0/x/bin/nws",
            "/Users/u/Library/Caches/pnpm/dlx/x/nws",
            "C:/Users/u/AppData/Local/uv/cache/archive-v0/nws.exe",
            "/scratch/bunx-1000-nws/nws",
        ] {
            assert_eq!(of(path), Some("temporary"), "{path}");
        }
        for path in [
            "/home/linuxbrew/.linuxbrew/Cellar/nws/9.9.9/bin/nws",
            "/home/u/.nvm/versions/node/v24.1.0/lib/node_modules/@networkwebsockets/proxy/nws",
            "/nix/store/x-nws/bin/nws",
            &format!("/opt/nws-{version}-x86_64-unknown-linux-musl/nws"),
        ] {
            assert_eq!(of(path), Some("upgrade"), "{path}");
        }
        for path in [
            "/usr/bin/nws",
            "/opt/homebrew/bin/nws",
            "/home/u/.local/bin/nws",
            "/home/u/.nix-profile/bin/nws",
        ] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}

//! Finds Node.js, which runs the tools of the npm package and all tests in JavaScript.

use anyhow::{Context, Result, bail};

use crate::step::Step;

/// The oldest version that works. `engines` of tests/package.json says the same.
const OLDEST: Version = Version { major: 20, minor: 19 };

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    major: u32,
    minor: u32,
}

/// Looks for `node`.
///
/// # Errors
///
/// When it is missing or too old.
pub fn need() -> Result<()> {
    let Version { major, minor } = OLDEST;
    let needed = format!("Node.js {major}.{minor} or later is needed, with npm");
    let found = Step::new("node").arg("--version").read().with_context(|| needed.clone())?;
    let found = found.trim();
    if version(found).is_none_or(|version| version < OLDEST) {
        bail!("{needed}; `node --version` says {found}");
    }
    Ok(())
}

/// Parses a version such as `v20.19.0`.
fn version(said: &str) -> Option<Version> {
    let (major, rest) = said.strip_prefix('v')?.split_once('.')?;
    let (minor, _) = rest.split_once('.')?;
    Some(Version { major: major.parse().ok()?, minor: minor.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_an_order() {
        for old in ["v18.20.1", "v20.9.0", "v20.18.3"] {
            assert!(version(old).is_some_and(|version| version < OLDEST), "{old}");
        }
        for new in ["v20.19.0", "v20.20.2", "v22.1.0"] {
            assert!(version(new).is_some_and(|version| version >= OLDEST), "{new}");
        }
        assert_eq!(version("v8-canary"), None);
    }
}

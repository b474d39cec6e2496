//! What Debian can install without asking anybody.

use std::path::Path;

use anyhow::{Result, bail};

use crate::step::Step;

/// Installs a package of Debian's.
///
/// # Errors
///
/// This is no Debian, the user is not root, or `apt-get` fails.
pub fn install(package: &str) -> Result<()> {
    if !Path::new("/etc/debian_version").exists() || !is_root() {
        bail!("only root on Debian can install {package} by itself");
    }
    Step::new("apt-get").words("update").run()?;
    Step::new("apt-get").words("install -y --no-install-recommends").arg(package).run()
}

/// Whether the user may do anything.
pub(crate) fn is_root() -> bool {
    Step::new("id").arg("-u").read().is_ok_and(|id| id.trim() == "0")
}

//! Installs packages of Debian without asking the user.

use std::path::Path;

use anyhow::{Result, bail};

use crate::step::Step;

/// Installs a package of Debian.
///
/// # Errors
///
/// When this is not Debian, when the user is not root, or when `apt-get` fails.
pub fn install(package: &str) -> Result<()> {
    install_all(&[package])
}

/// Installs packages of Debian.
///
/// # Errors
///
/// The errors of [`install`].
pub fn install_all(packages: &[&str]) -> Result<()> {
    if !Path::new("/etc/debian_version").exists() || !is_root() {
        bail!("only root on Debian can install {} by itself", packages.join(", "));
    }
    Step::new("apt-get").words("update").run()?;
    let install = Step::new("apt-get").words("install -y --no-install-recommends");
    packages.iter().fold(install, Step::arg).run()
}

/// Gives whether the user is root.
pub(crate) fn is_root() -> bool {
    Step::new("id").arg("-u").read().is_ok_and(|id| id.trim() == "0")
}

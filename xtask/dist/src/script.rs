//! Writes the install script, with the version that it installs and the key that signs it.

use anyhow::Result;
use serde::Serialize;

use crate::release::{self, Release};
use crate::signing::SigningKey;
use crate::templates::Templates;

/// What the script has to know.
#[derive(Serialize)]
struct Facts<'a> {
    repository: &'a str,
    version: &'a str,
    public_key: String,
    is_test_key: bool,
}

/// Writes `install.sh` of the release.
pub(crate) fn make(release: &Release, key: &SigningKey) -> Result<()> {
    let Release { repository, version, .. } = *release;
    let facts = Facts { repository, version, public_key: key.public(), is_test_key: key.is_for_tests() };
    let script = Templates::of_checkout()?.fill("install.sh", facts)?;
    release::write(&release.folder("release")?.join("install.sh"), script)
}

//! The npm package, built into polyfill/dist.

/// Builds the npm package.
pub(crate) fn package(_release: bool) -> anyhow::Result<()> {
    anyhow::bail!("the npm package cannot be built yet")
}

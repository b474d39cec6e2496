//! What the crate costs a page, by `polyfill/bench/rust-page.mjs`.

use anyhow::{Context, Result};
use nws_tools::browser::CHROMIUM;
use nws_tools::{Step, checkout};
use serde::{Deserialize, Serialize};

use crate::figure::Figure;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    class_us: f64,
    rust_us: f64,
    ratio: f64,
    gzip_bytes: f64,
}

pub(super) fn measure() -> Result<Vec<Figure>> {
    Step::cargo("xtask build --pages").run()?;
    let node = Step::new("node").dir("polyfill").words("bench/rust-page.mjs --json");
    let node = node.env("CHROMIUM", CHROMIUM.need()?).env("CARGO_TARGET_DIR", checkout::target());
    let page: Page =
        serde_json::from_str(&node.read()?).context("rust-page.mjs did not print its figures")?;
    Ok(vec![
        Figure::new("crate in a page: script and WebAssembly of the example, gzip", page.gzip_bytes, "bytes"),
        Figure::new("crate in a page by the npm class: receive, 64 B", page.ratio, "×").details(&page),
    ])
}

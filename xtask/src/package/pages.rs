//! Builds the pages in Rust, which have no JavaScript of the project: the example, and the one that is
//! tested.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use nws_tools::{Step, checkout, paths};
use wasm_bindgen_cli_support::Bindgen;

use super::{is_fresh, shrink};
use crate::toolchain;

/// Each crate, and the folder of its page in `pages` in the target folder.
const PAGES: [(&str, &str); 2] = [("nws-example-page", "example"), ("nws-test-page", "test")];

/// Makes `page.js` and `page_bg.wasm` of each.
pub(crate) fn pages() -> Result<()> {
    let build = Step::cargo("build --quiet --profile wasm --target").arg(toolchain::WASM);
    let build = PAGES.iter().fold(build, |build, (name, _)| build.arg("--package").arg(name));
    build.env("CARGO_ENCODED_RUSTFLAGS", paths::remapped()).run()?;
    for (name, folder) in PAGES {
        let module = format!("{}.wasm", name.replace('-', "_"));
        let module = checkout::target().join(toolchain::WASM).join("wasm").join(module);
        let folder = checkout::target().join("pages").join(folder);
        if !is_fresh(&folder.join("page_bg.wasm"), &module) {
            bind(&module, &folder).with_context(|| format!("cannot make a page of {name}"))?;
        }
    }
    let html = "examples/page/index.html";
    fs::copy(checkout::root().join(html), checkout::target().join("pages/example/index.html"))
        .with_context(|| format!("cannot copy {html}"))?;
    Ok(())
}

fn bind(module: &Path, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("page").web(true)?;
    bindgen
        .typescript(false)
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    bindgen.generate(folder)?;
    let bound = folder.join("page_bg.wasm");
    let large = folder.join("page.large.wasm");
    fs::rename(&bound, &large)?;
    shrink(&large, &bound, "")
}

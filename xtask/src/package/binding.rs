//! The core's WebAssembly bound to JavaScript, both without what no browser needs.

use std::fs;
use std::path::Path;

use anyhow::Result;
use wasm_bindgen_cli_support::{Bindgen, Output};

/// Writes core.js and core.wasm for the compiled `module`.
///
/// `web` is the target whose module can be given as bytes, synchronously.
pub(super) fn bind(module: &Path, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("core").web(true)?;
    bindgen.typescript(false).omit_default_module_path(true);
    bindgen.remove_name_section(true).remove_producers_section(true);
    let mut output = bindgen.generate_output()?;
    silence_panics(&mut output);
    let script = output.js().to_owned();
    drop_unused_exports(&mut output, &script);
    let script = shorten_names(&mut output, script);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("core.js"), script)?;
    fs::write(folder.join("core.wasm"), output.wasm_mut().emit_wasm())?;
    Ok(())
}

/// Makes a panic a trap at once: its message would go to a standard error that a browser has not. The core formats
/// nothing else, so all of formatting goes, a fifth of the module.
fn silence_panics(output: &mut Output) {
    for function in output.wasm_mut().funcs.iter_mut() {
        let formats = |name: &String| name.contains("::panicking::") || name.contains("::fmt::");
        if function.name.as_ref().is_some_and(formats) {
            let function = function.kind.unwrap_local_mut();
            let body = function.entry_block();
            function.block_mut(body).instrs.clear();
            function.builder_mut().func_body().unreachable();
        }
    }
}

/// Lets go of what libraries export for features that are not in use.
fn drop_unused_exports(output: &mut Output, script: &str) {
    let exports = &mut output.wasm_mut().exports;
    let unused: Vec<_> = exports
        .iter()
        .filter(|export| !has_word(script, &format!("wasm.{}", export.name)))
        .map(|export| export.id())
        .collect();
    for export in unused {
        exports.delete(export);
    }
}

/// Gives imports and exports short names. They stand in both files, with hashes that no compression shortens.
fn shorten_names(output: &mut Output, mut script: String) -> String {
    let module = output.wasm_mut();
    for (number, import) in module.imports.iter_mut().enumerate() {
        let name = format!("i{number}");
        script = script.replace(&format!("{}: function", import.name), &format!("{name}: function"));
        script = script.replace(&format!("\"{}\": ", import.module), "m: ");
        import.name = name;
        "m".clone_into(&mut import.module);
    }
    // From the longest on, as one name may begin another.
    let mut exports: Vec<_> = module.exports.iter_mut().collect();
    exports.sort_by_key(|export| std::cmp::Reverse(export.name.len()));
    for (number, export) in exports.into_iter().enumerate() {
        let name = format!("e{number}");
        script = script.replace(&format!("wasm.{}", export.name), &format!("wasm.{name}"));
        script = script.replace(&format!("exports.{}", export.name), &format!("exports.{name}"));
        export.name = name;
    }
    script
}

/// Whether `text` has `word` with no letter, digit or underscore after it.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let next = text[at + word.len()..].chars().next();
        !next.is_some_and(|next| next.is_alphanumeric() || next == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_whole() {
        assert!(has_word("x = wasm.core_new(1)", "wasm.core_new"));
        assert!(!has_word("x = wasm.core_newest(1)", "wasm.core_new"));
        assert!(has_word("wasm.core_newest, wasm.core_new", "wasm.core_new"));
    }
}

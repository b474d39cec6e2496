//! Binds the core's WebAssembly to JavaScript, and removes from both what no browser needs.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::{Bindgen, Output};

/// Whether the module keeps the names of its functions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Kept,
    Dropped,
}

/// Writes core.js, core.d.ts and core.wasm for the compiled `module`.
///
/// The target `web` makes a module that can be given as bytes, synchronously.
pub(super) fn bind(module: &Path, folder: &Path, names: Names) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("core").web(true)?;
    bindgen.typescript(true).omit_default_module_path(true);
    bindgen.remove_name_section(names == Names::Dropped).remove_producers_section(true);
    let mut output = bindgen.generate_output()?;
    silence_panics(&mut output);
    blank_panic_messages(&mut output)?;
    let declarations = output.ts().context("wasm-bindgen declares nothing")?.to_owned();
    let script = defer_text(output.js()).context("wasm-bindgen writes other scripts than it did")?;
    drop_unused_exports(&mut output, &script);
    let script = shorten_names(&mut output, script);
    fs::create_dir_all(folder)?;
    fs::write(folder.join("core.js"), script)?;
    fs::write(folder.join("core.d.ts"), declarations)?;
    fs::write(folder.join("core.wasm"), output.wasm_mut().emit_wasm())?;
    Ok(())
}

/// Makes the encoder and the decoder of strings where they are used, as little text crosses. So
/// importing does nothing, also where there is no `TextDecoder`. Browsers that lack `encodeInto`,
/// or that count what a decoder has read, are too old anyway.
fn defer_text(script: &str) -> Option<String> {
    const DECODE: &str =
        "function decodeText(bytes) { return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes); }";
    let (before, rest) = script.split_once("let cachedTextDecoder")?;
    let (_, after) = rest.split_once("let WASM_VECTOR_LEN")?;
    let script = format!("{before}{DECODE}\nlet WASM_VECTOR_LEN{after}");
    Some(script.replace("cachedTextEncoder.", "new TextEncoder()."))
}

/// Parts of the names of functions that panic, or prepare it.
const PANICS: [&str; 4] = ["::panicking::", "::fmt::", "wasm_bindgen::throw_str", "::panic_already_"];

/// Makes a panic a trap at once: its message would go to a standard error, which a browser does not
/// have. The core formats nothing else, so all formatting code goes, a fifth of the module.
fn silence_panics(output: &mut Output) {
    for function in output.wasm_mut().funcs.iter_mut() {
        let formats = |name: &String| PANICS.iter().any(|part| name.contains(part));
        if function.name.as_ref().is_some_and(formats) {
            let function = function.kind.unwrap_local_mut();
            let body = function.entry_block();
            function.block_mut(body).instrs.clear();
            function.builder_mut().func_body().unreachable();
        }
    }
}

/// Texts that only a panic uses, of std and of wasm-bindgen.
const PANIC_MESSAGES: [&str; 9] = [
    "called `Result::unwrap()` on an `Err` value",
    "capacity overflow",
    "LayoutError",
    "RefCell already mutably borrowed",
    "RefCell already borrowed",
    "attempted to take ownership of Rust value while it was borrowed",
    "recursive use of an object detected which would lead to unsafe aliasing in rust",
    "closure invoked recursively or after being dropped",
    "null pointer passed to rust",
];

/// The beginnings of paths of source files that a panic would name.
const PATHS: [&str; 2] = ["/rustc/", "cargo/registry/"];

/// Blanks data that is not used any more, a third of the module's data: an optimiser cannot know
/// that. A text that occurs nowhere must be removed from the lists above.
fn blank_panic_messages(output: &mut Output) -> Result<()> {
    for message in PANIC_MESSAGES {
        let blanked = blank(output, message.as_bytes(), |_| Some(message.len()));
        ensure!(blanked > 0, "no panic says `{message}` any more: take it out of PANIC_MESSAGES");
    }
    for path in PATHS {
        let blanked = blank(output, path.as_bytes(), path_length);
        ensure!(blanked > 0, "no panic is in a file of `{path}` any more: take it out of PATHS");
    }
    Ok(())
}

/// The length of the path at the beginning of `text`. rustc ends paths with a NUL, so that C can
/// read them.
fn path_length(text: &[u8]) -> Option<usize> {
    let end = text.iter().position(|byte| *byte == 0)?;
    text[..end].ends_with(b".rs").then_some(end)
}

/// Writes zeros over every text that begins with `start` and is as long as `length` says. Gives how
/// many there were.
fn blank(output: &mut Output, start: &[u8], length: impl Fn(&[u8]) -> Option<usize>) -> usize {
    let segments = &mut output.wasm_mut().data;
    let ids: Vec<_> = segments.iter().map(|segment| segment.id()).collect();
    let mut blanked = 0;
    for id in ids {
        let data = &mut segments.get_mut(id).value;
        for at in 0..data.len() {
            if data[at..].starts_with(start)
                && let Some(length) = length(&data[at..])
            {
                data[at..at + length].fill(0);
                blanked += 1;
            }
        }
    }
    blanked
}

/// Removes what libraries export for features that are not used.
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

/// Gives short names to imports and exports. The names are in both files, with hashes that do not
/// compress.
fn shorten_names(output: &mut Output, mut script: String) -> String {
    let module = output.wasm_mut();
    for (number, import) in module.imports.iter_mut().enumerate() {
        let name = format!("i{number}");
        script = script.replace(&format!("{}: function", import.name), &format!("{name}: function"));
        script = script.replace(&format!("\"{}\": ", import.module), "m: ");
        import.name = name;
        "m".clone_into(&mut import.module);
    }
    // From the longest name on, as one name may begin another.
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

/// Gives whether `text` has `word` with no letter, digit or underscore after it.
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

//! The JavaScript that wasm-bindgen writes, without what no browser of today needs.

use anyhow::{Context, Result};

/// What goes: from where to where, and what stands there then. Whoever moves to another wasm-bindgen looks at its output again.
const CUTS: [(&str, &str, &str); 7] = [
    // A core lives as long as its socket object: nobody frees it by hand.
    ("__destroy_into_raw() {", "/**", ""),
    ("if (Symbol.dispose)", "\n", ""),
    // Everything below is as old as the syntax that the bundles use.
    ("(typeof FinalizationRegistry", "new FinalizationRegistry", ""),
    ("if (realloc === undefined) {", "let len = arg.length;", ""),
    ("if (!('encodeInto' in cachedTextEncoder)) {", "let WASM_VECTOR_LEN", ""),
    // For 2 GB of text, where there are a few sentences.
    ("const MAX_SAFARI_DECODE_BYTES", "return cachedTextDecoder", "function decodeText(bytes) {\n"),
    // For callers of another age.
    ("if (module !== undefined) {", "const imports", "({module} = module);\n"),
];

/// Makes the script smaller.
pub(super) fn trim(mut script: String) -> Result<String> {
    for (start, end, instead) in CUTS {
        let from = script.find(start).with_context(|| format!("wasm-bindgen does not write '{start}'"))?;
        let length = script[from..].find(end).with_context(|| format!("nor '{end}' after it"))?;
        script.replace_range(from..from + length, instead);
    }
    Ok(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_output_is_refused() {
        assert!(trim("export class Core {}".into()).is_err());
    }
}

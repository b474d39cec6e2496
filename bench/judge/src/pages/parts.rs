//! Divides the script-tag build into parts: scripts by their bytes in it, and the WebAssembly by
//! crates.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use nws_tools::checkout;
use serde::Deserialize;
use wasmparser::{KnownCustom, Name, NameSectionReader, Parser, Payload, TypeRef};

use crate::figure::Figure;
use crate::process::binary;

/// Bytes of each part.
type Parts = BTreeMap<String, u64>;

/// The fields of esbuild's metadata about a source file that are used here.
#[derive(Deserialize)]
struct Input {
    #[serde(rename = "bytesInOutput")]
    bytes: u64,
}

/// The parts of the build that `cargo xtask build --package --with-names` left, the largest first.
pub(super) fn measure() -> Result<Vec<Figure>> {
    let read = |file: &str| {
        let path = checkout::package().join(file);
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let mut parts = scripts(&read("parts.json")?)?;
    parts.extend(crates(&read("named/core.min.wasm")?)?);
    let mut parts: Vec<_> = parts.into_iter().collect();
    parts.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let figure = |(part, bytes)| Figure::new(format!("  {part}"), bytes as f64 / 1000.0, "KB");
    Ok(parts.into_iter().map(figure).collect())
}

/// The scripts, from the metadata of polyfill/build.mjs: bytes of the bundle by source file.
fn scripts(inputs: &[u8]) -> Result<Parts> {
    let inputs: BTreeMap<String, Input> = serde_json::from_slice(inputs)?;
    let mut parts = Parts::new();
    for (file, input) in inputs {
        let part = match file.rsplit('/').next() {
            Some("core.js") => "script: bindings",
            Some("core.txt") => "script: WebAssembly as text",
            _ => "script: facade",
        };
        *parts.entry(part.to_owned()).or_default() += input.bytes;
    }
    Ok(parts)
}

/// The code of a module that has function names, by crates, and its other sections.
fn crates(module: &[u8]) -> Result<Parts> {
    let (mut bodies, mut names, mut parts) = (Vec::new(), BTreeMap::new(), Parts::new());
    let mut first = 0;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        if let Payload::ImportSection(imports) = payload {
            for import in imports.into_imports() {
                first += u32::from(matches!(import?.ty, TypeRef::Func(_)));
            }
        } else if let Payload::CodeSectionEntry(body) = payload {
            bodies.push(body.range().len() as u64);
        } else if let Payload::DataSection(data) = payload {
            parts.insert("WebAssembly: data".to_owned(), data.range().len() as u64);
        } else if let Payload::CustomSection(section) = payload
            && let KnownCustom::Name(section) = section.as_known()
        {
            names = functions(section)?;
        }
    }
    for (index, bytes) in (first..).zip(bodies) {
        let owner = names.get(&index).map_or_else(|| "unnamed".to_owned(), |name| owner(name));
        *parts.entry(format!("WebAssembly: {owner}")).or_default() += bytes;
    }
    Ok(parts)
}

/// Names by the index of the function.
fn functions(section: NameSectionReader<'_>) -> Result<BTreeMap<u32, &str>> {
    let mut names = BTreeMap::new();
    for name in section {
        if let Name::Function(functions) = name? {
            for naming in functions {
                let naming = naming?;
                names.insert(naming.index, naming.name);
            }
        }
    }
    Ok(names)
}

/// The crate of a function. Inlined code counts for the function that contains it.
fn owner(name: &str) -> String {
    const LIBRARY: [&str; 6] = ["memcmp", "memcpy", "memmove", "memset", "fmin", "fmax"];
    let name = without_hashes(name);
    match name.as_str() {
        name if name.starts_with("__rustc") || LIBRARY.contains(&name) => "std".to_owned(),
        name if name.contains("::") => binary::owner(name),
        name if name.starts_with("__wbindgen") || name.starts_with("__externref") => {
            "wasm_bindgen".to_owned()
        }
        _ => "nws_client_wasm".to_owned(),
    }
}

/// Changes `core[c5930c85a12de822]::slice` to `core::slice`.
fn without_hashes(name: &str) -> String {
    let mut pieces = name.split("[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |name, piece| {
        name + match piece.split_once(']') {
            Some((hash, rest)) if hash.len() == 16 => rest,
            _ => piece,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_belong_to_crates() {
        let owners = [
            ("nws_client_wasm::session::Session::transmit::hbad09d58b59e8cff", "nws_client_wasm"),
            ("<impl nws_client_wasm::session::Session>::fail::h590e087910628f3b", "nws_client_wasm"),
            ("core_send externref shim multivalue shim", "nws_client_wasm"),
            ("talc::base::Talc<S,B>::allocate::h4d9d78304c30d023", "talc"),
            ("core[c5930c85a12de822]::slice::index::slice_index_fail", "std"),
            ("<alloc[3ca501edff3f0c7c]::string::String as core[c5930c85a12de822]::any::Any>::type_id", "std"),
            ("__rustc[b7974e8690430dd9]::__rust_realloc", "std"),
            ("memcmp", "std"),
            ("__externref_table_alloc", "wasm_bindgen"),
        ];
        for (name, crate_name) in owners {
            assert_eq!(owner(name), crate_name, "{name}");
        }
    }
}

//! Measures the size of the program, and the crates that it comes from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use nws_tools::{Step, checkout};
use object::{Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind};

use crate::figure::Figure;
use crate::kept;

/// Number of parts in the table. The details have all of them.
const SHOWN: usize = 12;

/// Folders whose files the proxy carries, see `proxy/src/assets.rs`.
const CARRIED: [&str; 3] = ["proxy/console/dist", "demo", "polyfill/dist"];

/// Bytes of each part: the code and the named data of a crate, or the rest of a section that no
/// symbol names.
type Parts = BTreeMap<String, u64>;

/// The size of the file, with symbols and without, and its parts.
pub(crate) fn measure() -> Result<Vec<Figure>> {
    let program = checkout::program("nws", true);
    let parts = parts_of(&fs::read(&program)?)?;
    let (with_symbols, without) = (program.metadata()?.len(), stripped(&program)?);
    let mut largest: Vec<_> = parts.iter().collect();
    largest.sort_by_key(|(_, bytes)| std::cmp::Reverse(**bytes));
    let mut figures = vec![
        Figure::new("nws, stripped", kilobytes(without), "KB").details(&parts),
        Figure::new("nws, as built", kilobytes(with_symbols), "KB"),
    ];
    let shown = largest.into_iter().take(SHOWN);
    figures.extend(shown.map(|(part, bytes)| Figure::new(format!("nws, {part}"), kilobytes(*bytes), "KB")));
    Ok(figures)
}

fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1000.0
}

fn stripped(program: &Path) -> Result<u64> {
    let copy = kept::folder()?.join("nws-stripped");
    Step::new("strip").arg("-o").arg(&copy).arg(program).read().context("this needs binutils")?;
    Ok(copy.metadata()?.len())
}

fn parts_of(program: &[u8]) -> Result<Parts> {
    let file = object::File::parse(program)?;
    let mut parts = Parts::new();
    for section in file.sections().filter(is_loaded) {
        let named = add_symbols(&mut parts, &file, &section)?;
        let rest = section.size().saturating_sub(named);
        *parts.entry(format!("rest of {}", section.name()?)).or_default() += rest;
    }
    let assets = CARRIED.iter().map(|folder| weight(&checkout::root().join(folder))).sum::<Result<u64>>()?;
    if let Some(constants) = parts.get_mut("rest of .rodata") {
        *constants = constants.saturating_sub(assets);
        parts.insert("pages and scripts".to_owned(), assets);
    }
    parts.retain(|_, bytes| *bytes > 0);
    Ok(parts)
}

/// Gives whether a section is in a stripped file too, and takes room there.
fn is_loaded<'a>(section: &impl ObjectSection<'a>) -> bool {
    section.address() > 0 && section.kind() != SectionKind::UninitializedData
}

/// Adds what symbols name in `section`. Gives how many bytes that is.
fn add_symbols<'a>(
    parts: &mut Parts,
    file: &object::File<'a>,
    section: &impl ObjectSection<'a>,
) -> Result<u64> {
    let mut named = 0;
    let mut end = 0;
    let mut symbols: Vec<_> = file.symbols().filter(|symbol| is_in(symbol, section)).collect();
    symbols.sort_by_key(|symbol| (symbol.address(), std::cmp::Reverse(symbol.size())));
    for symbol in symbols {
        // Two names for one function count once.
        let start = symbol.address().max(end);
        let bytes = (symbol.address() + symbol.size()).saturating_sub(start);
        *parts.entry(owner(symbol.name()?)).or_default() += bytes;
        named += bytes;
        end = end.max(symbol.address() + symbol.size());
    }
    Ok(named)
}

fn is_in<'a>(symbol: &impl ObjectSymbol<'a>, section: &impl ObjectSection<'a>) -> bool {
    matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Data)
        && symbol.section_index() == Some(section.index())
}

/// The crate of a symbol. Code that drops a value belongs to the type that is dropped.
pub(crate) fn owner(symbol: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(symbol));
    let name = name.strip_prefix("core::ptr::drop_in_place").unwrap_or(&name);
    match first_crate(name) {
        Some("core" | "alloc" | "std" | "compiler_builtins") => "std".to_owned(),
        Some(name) => name.to_owned(),
        None => "not Rust".to_owned(),
    }
}

/// The first name in a path that is followed by another: `a` in `<&[a::B] as c::D>::e`.
fn first_crate(path: &str) -> Option<&str> {
    let (before, _) = path.split_once("::")?;
    before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
}

fn weight(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("no folder {}", folder.display()))? {
        let path = entry?.path();
        let is_carried = path.extension().is_none_or(|kind| kind != "md");
        bytes += match path.is_dir() {
            true => weight(&path)?,
            false if is_carried => path.metadata()?.len(),
            false => 0,
        };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_belongs_to_the_first_crate_of_its_path() {
        let owners = [
            ("_ZN9nws_proxy5shard3run17h0123456789abcdefE", "nws_proxy"),
            ("_ZN48_$LT$hyper..Body$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE", "hyper"),
            ("_ZN4core3ptr40drop_in_place$LT$$RF$tokio..net..Tcp$GT$17h0123456789abcdefE", "tokio"),
            ("_ZN5alloc3vec3Vec4push17h0123456789abcdefE", "std"),
            ("main", "not Rust"),
        ];
        for (symbol, crate_name) in owners {
            assert_eq!(owner(symbol), crate_name, "{symbol}");
        }
    }
}

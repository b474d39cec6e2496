//! What fuzzers have found, to be gone through again: see `proxy/fuzz`.

use std::fs;
use std::path::Path;

/// Every input that is kept for `target`.
pub(crate) fn replay(target: &str, run: impl Fn(&[u8])) {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the folder of this crate is in one");
    let folder = crates.join("fuzz/corpus").join(target);
    let entries = fs::read_dir(folder).expect("a corpus is a folder");
    let mut inputs: Vec<_> = entries.map(|entry| entry.expect("a corpus can be read").path()).collect();
    inputs.sort();
    assert!(!inputs.is_empty());
    inputs.iter().for_each(|input| run(&fs::read(input).expect("an input can be read")));
}

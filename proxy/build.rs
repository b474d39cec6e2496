//! Says where the files lie that the proxy carries, and compiles it again when one comes or goes.

use std::path::Path;

fn main() {
    // A crate of a registry can only have what lies below its own folder. `cargo xtask dist` puts it
    // there.
    let is_packed = Path::new("assets").is_dir();
    println!("cargo::rustc-check-cfg=cfg(packed)");
    if is_packed {
        println!("cargo::rustc-cfg=packed");
    }
    let folders = match is_packed {
        true => ["assets/console", "assets/demo", "assets/client"],
        false => ["console/dist", "../demo", "../polyfill/dist"],
    };
    for folder in folders {
        println!("cargo::rerun-if-changed={folder}");
    }
}

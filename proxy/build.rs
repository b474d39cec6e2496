//! Compiles the proxy again when a file that it carries comes or goes.

fn main() {
    for folder in ["console", "../demo", "../polyfill/dist"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}

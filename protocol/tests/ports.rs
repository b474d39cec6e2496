//! What is not Rust repeats the usual ports: here it is compared with them.

use std::fs;
use std::path::Path;

use nws_protocol::{CLIENT_PORT, LINK_PORT};

/// A file of the repository, and what stands there once at least.
fn repeats() -> Vec<(&'static str, String)> {
    let (client, link) = (CLIENT_PORT, LINK_PORT);
    vec![
        ("polyfill/src/options.ts", format!("const ENDPOINT = \"ws://localhost:{client}/\"")),
        ("polyfill/types/networkwebsockets.d.ts", format!("`ws://localhost:{client}` unless given")),
        ("polyfill/README.md", format!("ws://localhost:{client}")),
        ("demo/shared/proxy.js", format!("const USUAL = \"http://localhost:{client}\"")),
        ("demo/shared/invitation.js", format!("const USUAL_PORT = \"{client}\"")),
        ("demo/webrtc/device-trouble.js", format!("http://localhost:{client}/demo/webrtc/")),
        ("demo/README.md", format!("http://localhost:{client}/demo/")),
        ("proxy/console/src/tester/tester.js", format!(r"\[::1\]):{client}$/")),
        ("proxy/console/index.html", format!("localhost:{client}")),
        ("README.md", format!("{client} by default")),
        ("README.md", format!("{link} by default")),
        ("docs/machines.md", format!("http://localhost:{client}")),
        ("docs/machines.md", format!("TCP port {link}")),
        ("ARCHITECTURE.md", format!("localhost:{client}")),
        ("ARCHITECTURE.md", format!("TCP port {link}")),
    ]
}

#[test]
fn the_usual_ports_are_the_same_everywhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (path, expected) in repeats() {
        let text = fs::read_to_string(root.join(path)).unwrap();
        assert!(text.contains(&expected), "{path} has no {expected:?}");
    }
}

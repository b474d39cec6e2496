//! A page in Rust that joins the channel `page.example`, says hello, and shows what the others say.
//!
//! `cargo xtask build` compiles it into `pages/example` in the target folder. Any local server can serve
//! that folder.

use networkwebsockets::{Channel, Error, Event};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

#[wasm_bindgen(start)]
fn start() {
    spawn_local(async {
        if let Err(error) = talk().await {
            show(&error.to_string());
        }
    });
}

async fn talk() -> Result<(), Error> {
    let channel = Channel::open("page.example").await?;
    let mut events = channel.events();
    channel.send("hello from a page").await?;
    while let Some(event) = events.next().await {
        if let Event::Message { from, data, .. } = event {
            show(&format!("{}: {}", from.id(), data.as_text().unwrap_or("(bytes)")));
        }
    }
    Ok(())
}

/// Adds a line to the page.
fn show(text: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    if let (Some(body), Ok(line)) = (document.body(), document.create_element("p")) {
        line.set_text_content(Some(text));
        // A line that cannot be added is not missed.
        let _ = body.append_child(&line);
    }
}

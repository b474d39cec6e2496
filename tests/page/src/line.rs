//! Events as lines.

use js_sys::Function;
use networkwebsockets::{Error, Event, Events};
use wasm_bindgen::JsValue;

/// Calls `hear` with each event.
pub(crate) async fn tell(mut events: Events, hear: Function) {
    while let Some(event) = events.next().await {
        // What the page throws is its own affair.
        let _ = hear.call1(&JsValue::NULL, &JsValue::from(line_of(&event)));
    }
    let _ = hear.call1(&JsValue::NULL, &JsValue::from("end"));
}

fn line_of(event: &Event) -> String {
    match event {
        Event::Open { id } => format!("open {id}"),
        Event::Connect(peer) => format!("connect {}", peer.id()),
        Event::Disconnect(peer) => format!("disconnect {} {:?}", peer.id(), peer.departure()),
        Event::Sync { is_settled } => format!("sync {is_settled}"),
        Event::Message { from, data, direct } => {
            let to = if *direct { "me" } else { "all" };
            match data.as_text() {
                Some(text) => format!("{} to {to}: {text}", from.id()),
                None => format!("{} to {to}: bytes {:?}", from.id(), data.as_bytes()),
            }
        }
        Event::Dial(dial) => format!("dial {} {:?}", dial.peer().id(), dial.protocols()),
        Event::Fault(error) => format!("fault {error}"),
        Event::Reconnecting(gap) => format!("reconnecting {} {}", gap.code, told(gap.error.as_ref())),
        Event::Closed(closed) => {
            format!("closed {} {} {}", closed.code, closed.reason, told(closed.error.as_ref()))
        }
        other => format!("{other:?}"),
    }
}

fn told(error: Option<&Error>) -> String {
    error.map_or_else(|| "-".to_owned(), ToString::to_string)
}

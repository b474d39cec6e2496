//! The connection of a page: the browser's own WebSocket, by gloo-net.

mod socket;

use std::pin::Pin;
use std::task::Context;

use gloo_net::http::Request;
use gloo_timers::future::TimeoutFuture;
use nws_client_core::Fact;

use crate::Error;
use crate::endpoint::Endpoint;
use crate::state::facts_of;

pub(crate) use socket::{Socket, connect};

/// A text as it came.
pub(crate) type Text = String;

/// Something that is waited for. A page has one thread.
pub(crate) type Task<T> = Pin<Box<dyn Future<Output = T>>>;

/// Browsers hand over all that comes, and never slow a proxy down.
pub(crate) const CAN_PAUSE: bool = false;

/// Milliseconds of a clock.
pub(crate) fn now() -> f64 {
    js_sys::Date::now()
}

/// A random number from 0 to 1.
pub(crate) fn chance() -> f64 {
    js_sys::Math::random()
}

pub(crate) fn sleep(milliseconds: f64) -> Task<()> {
    Box::pin(TimeoutFuture::new(milliseconds.max(0.0) as u32))
}

#[expect(clippy::unnecessary_wraps, reason = "programs may have no runtime")]
pub(crate) fn spawn(task: impl Future<Output = ()> + 'static) -> Result<(), Error> {
    wasm_bindgen_futures::spawn_local(task);
    Ok(())
}

/// Lets the others have their turn.
pub(crate) fn give_way(cx: &Context<'_>) {
    cx.waker().wake_by_ref();
}

/// Browsers speak TLS.
#[expect(clippy::unnecessary_wraps, reason = "programs have no TLS")]
pub(crate) const fn check(_endpoint: &Endpoint) -> Result<(), Error> {
    Ok(())
}

/// The origin of the page, for the flag `--allow-origin`.
pub(crate) fn origin(_endpoint: &Endpoint) -> String {
    let global = js_sys::global();
    let origin = js_sys::Reflect::get(&global, &"origin".into());
    origin.ok().and_then(|origin| origin.as_string()).unwrap_or_default()
}

/// What the proxy says of itself, and what answers if it is none.
pub(crate) fn gather(endpoint: &Endpoint) -> Task<(u32, Option<String>)> {
    let url = endpoint.status_url();
    Box::pin(async move {
        // A service worker of the page may keep every answer, for good.
        let Ok(answer) = Request::get(&format!("{url}?{}", chance())).send().await else { return (0, None) };
        match answer.text().await {
            Ok(body) => facts_of(answer.status(), &body),
            Err(_) => (Fact::Present.number(), None),
        }
    })
}

//! Carries a frame of a link between its WebSocket and the socket of a client.

use nws_proxy::LinkScene;

use super::Call;

/// Broadcasts that come over the link together.
pub(super) fn hear<const COUNT: usize, const DATA: usize>() -> Call {
    LinkScene::new().hearing(COUNT, DATA)
}

/// Broadcasts that a client says together.
pub(super) fn say<const COUNT: usize, const DATA: usize>() -> Call {
    LinkScene::new().saying(COUNT, DATA)
}

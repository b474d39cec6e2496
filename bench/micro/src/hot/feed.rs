//! Tells a reader of the feed what has changed, which happens four times in a second.

use nws_proxy::FeedScene;

use super::Call;

/// The next frame where there are so many peers in one channel, and all of their counts change.
pub(super) fn frame<const PEERS: u32>() -> Call {
    let mut scene = FeedScene::new(1, 1, PEERS);
    Box::new(move || {
        scene.stir();
        std::hint::black_box(scene.frame());
    })
}

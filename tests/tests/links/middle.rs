//! Somebody between two proxies, to whom both talk, and who passes everything on.

use anyhow::{Context, Result};
use nws_tests::within;

use crate::frames::{Kind, is_settled, kind, slots};
use crate::wire::Wire;

/// A man in the middle: TLS ends on both of his sides, and every message goes over unchanged.
pub(crate) struct Middle {
    wires: [Wire; 2],
    /// What either side has said.
    pub(crate) said: [Vec<Vec<u8>>; 2],
}

impl Middle {
    pub(crate) fn between(one: Wire, other: Wire) -> Self {
        Self { wires: [one, other], said: [Vec::new(), Vec::new()] }
    }

    /// Passes messages on until both sides have said who they are, and have asked, answered and proven all there is, of
    /// `count` slots at least.
    pub(crate) async fn pass_matching(&mut self, count: usize) -> Result<()> {
        let pass = async {
            while !self.said.iter().all(|said| is_complete(said, count)) {
                let [one, other] = &mut self.wires;
                let (from, frame) = tokio::select! {
                    frame = one.receive() => (0, frame),
                    frame = other.receive() => (1, frame),
                };
                self.pass(from, frame?.context("a proxy has closed")?).await?;
            }
            Ok(())
        };
        within("the end of matching", pass).await?
    }

    /// Waits until both sides have read everything, and passes on what they say to it.
    pub(crate) async fn fence(&mut self) -> Result<()> {
        for from in [0, 1] {
            for frame in self.wires[from].fence().await? {
                self.pass(from, frame).await?;
            }
        }
        Ok(())
    }

    async fn pass(&mut self, from: usize, frame: Vec<u8>) -> Result<()> {
        self.wires[1 - from].put(frame.clone().into()).await?;
        self.said[from].push(frame);
        Ok(())
    }
}

fn is_complete(said: &[Vec<u8>], count: usize) -> bool {
    let introduced = said.first().is_some_and(|first| kind(first) == Kind::Hello);
    let asked = slots(said, Kind::Blind);
    introduced && asked >= count && is_settled(said) && slots(said, Kind::Eval) >= count
}

//! What two peers say to each other.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nws_tests::Peer;

use super::super::times;
use super::bare::{BLOCK, MIB};

const SMALL: usize = 4 * 1024;

/// The median of a message of 64 bytes and its answer, in milliseconds.
pub(super) async fn round_trip([one, two]: &mut [Peer; 2], count: usize) -> Result<f64> {
    let (near, far, word) = (one.id.clone(), two.id.clone(), [7; 64]);
    let mut measured = Vec::new();
    for _ in 0..count {
        let begin = Instant::now();
        one.message_binary(&far, &word).await?;
        two.payload().await?;
        two.message_binary(&near, &word).await?;
        one.payload().await?;
        measured.push(begin.elapsed());
    }
    times::summary(&measured).p50_ms.context("nothing was timed")
}

/// MiB a second to one peer.
pub(super) async fn bulk(peers: &mut [Peer; 2], blocks: usize) -> Result<f64> {
    Ok((blocks * BLOCK) as f64 / MIB / pass(peers, BLOCK, blocks).await?.as_secs_f64())
}

/// Messages of 4 KiB a second to one peer.
pub(super) async fn small(peers: &mut [Peer; 2], count: usize) -> Result<f64> {
    Ok(count as f64 / pass(peers, SMALL, count).await?.as_secs_f64())
}

async fn pass([one, two]: &mut [Peer; 2], size: usize, count: usize) -> Result<Duration> {
    let (far, block, begin) = (two.id.clone(), vec![7; size], Instant::now());
    let sending = async {
        for _ in 0..count {
            one.message_binary(&far, &block).await?;
        }
        anyhow::Ok(())
    };
    let receiving = async {
        for _ in 0..count {
            two.payload().await?;
        }
        anyhow::Ok(())
    };
    tokio::try_join!(sending, receiving)?;
    Ok(begin.elapsed())
}

//! Someone who listens on the bridge, and hears every frame of everybody.

use std::io::{ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use socket2::{Domain, Protocol, Socket, Type};

use super::{Capture, Namespace};

/// `ETH_P_ALL`, in the byte order in which the kernel wants it.
const EVERY_PROTOCOL: u16 = 3_u16.to_be();
/// The kernel hands over segments that it has not cut yet.
const FRAME_MAX: usize = 128 * 1024;
/// What waits in the kernel, so that the listener may be slower than the network for a while.
const BACKLOG: usize = 4 * 1024 * 1024;
/// Whoever captures a bulk transfer is told so before the machine's memory ends.
const CAPTURE_MAX: usize = 1024 * 1024 * 1024;
/// How soon the thread sees that it is to end.
const GLANCE: Duration = Duration::from_millis(20);

/// A thread that takes down what it hears.
pub struct Sniffer {
    ends: Arc<AtomicBool>,
    thread: JoinHandle<Result<Vec<Vec<u8>>>>,
}

impl Sniffer {
    pub(super) fn start(bridge: &Namespace) -> Result<Self> {
        let socket = bridge.inside(|| {
            let socket =
                Socket::new(Domain::PACKET, Type::RAW, Some(Protocol::from(i32::from(EVERY_PROTOCOL))))?;
            socket.set_recv_buffer_size(BACKLOG)?;
            socket.set_read_timeout(Some(GLANCE))?;
            Ok(socket)
        })?;
        let ends = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ends);
        Ok(Self { ends, thread: thread::spawn(move || listen(&socket, &seen)) })
    }

    /// Ends, and returns all that crossed the bridge until now.
    pub fn finish(self) -> Result<Capture> {
        self.ends.store(true, Ordering::Release);
        let frames = self.thread.join().map_err(|_| anyhow!("a panic in the sniffer"))??;
        Ok(Capture::new(frames))
    }
}

/// A frame waits in the socket as soon as it was sent, so an empty socket after the end was asked for is the end.
fn listen(socket: &Socket, ends: &AtomicBool) -> Result<Vec<Vec<u8>>> {
    let mut buffer = vec![0; FRAME_MAX];
    let (mut frames, mut size) = (Vec::new(), 0);
    let mut reader = socket;
    loop {
        let is_last = ends.load(Ordering::Acquire);
        match reader.read(&mut buffer) {
            Ok(length) => {
                frames.push(buffer[..length].to_vec());
                size += length;
                ensure!(size <= CAPTURE_MAX, "more than {CAPTURE_MAX} bytes to capture");
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if is_last {
                    return Ok(frames);
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

//! What a program does with its end of a stream.

use std::task::{Context, Poll};

use nws_client_core::NO_STATUS;
use nws_client_core::streams::{Handle, State as StreamState};

use super::super::State;
use super::end::StreamEnd;
use crate::{Data, Error};

/// Codes of an ordinary end: done, going away, and none.
const ORDINARY: [u16; 3] = [1000, 1001, NO_STATUS];

impl State {
    /// Takes a message, when the one before has gone. `data` is taken out then.
    pub(crate) fn poll_stream_send(
        &mut self,
        handle: Handle,
        data: &mut Option<Data>,
        cx: &Context<'_>,
    ) -> Poll<Result<(), Error>> {
        if self.poll_stream_flush(handle, cx)?.is_pending() {
            return Poll::Pending;
        }
        let Some(end) = self.streams.ends.get_mut(&handle) else { return Poll::Ready(Err(gone())) };
        if let Some((code, reason)) = &end.closing {
            return Poll::Ready(Err(Error::StreamClosed { code: *code, reason: reason.clone() }));
        }
        if let Some(data) = data.take() {
            end.queue.put(data);
            self.pump(handle);
        }
        Poll::Ready(Ok(()))
    }

    /// Waits until all has gone.
    pub(crate) fn poll_stream_flush(&mut self, handle: Handle, cx: &Context<'_>) -> Poll<Result<(), Error>> {
        let Some(end) = self.streams.ends.get_mut(&handle) else { return Poll::Ready(Err(gone())) };
        match &end.over {
            Some(error) => Poll::Ready(Err(error.clone())),
            None if end.queue.is_empty() => Poll::Ready(Ok(())),
            None => {
                end.writers.register(cx);
                Poll::Pending
            }
        }
    }

    /// The next message; `None` after an ordinary end.
    pub(crate) fn poll_stream_recv(
        &mut self,
        handle: Handle,
        cx: &Context<'_>,
    ) -> Poll<Option<Result<Data, Error>>> {
        let Some(end) = self.streams.ends.get_mut(&handle) else { return Poll::Ready(None) };
        if let Some((data, due)) = end.arrived.pop_front() {
            self.give_credit(handle, due);
            return Poll::Ready(Some(Ok(data)));
        }
        match &end.over {
            Some(Error::StreamClosed { code, .. }) if ORDINARY.contains(code) => Poll::Ready(None),
            Some(error) => Poll::Ready(Some(Err(error.clone()))),
            None => {
                end.readers.register(cx);
                Poll::Pending
            }
        }
    }

    /// Closes it, when all that was sent has gone. What comes from now on is thrown away.
    pub(crate) fn close_stream(&mut self, handle: Handle, code: u16, reason: &str) {
        let Some(state) = self.streams.core.close(handle) else { return };
        let Some(end) = self.streams.ends.get_mut(&handle) else { return };
        end.closing = Some((code, reason.to_owned()));
        if state == StreamState::Open {
            self.release(handle);
            self.pump(handle);
        } else {
            self.say(handle, super::close_event(NO_STATUS, "", None));
            self.end_stream(handle, Error::StreamClosed { code, reason: reason.to_owned() });
        }
    }

    /// Waits until both sides have closed it.
    pub(crate) fn poll_stream_closed(&mut self, handle: Handle, cx: &Context<'_>) -> Poll<Result<(), Error>> {
        let Some(end) = self.streams.ends.get_mut(&handle) else { return Poll::Ready(Ok(())) };
        match &end.over {
            Some(Error::StreamClosed { code, .. }) if *code != 1006 => Poll::Ready(Ok(())),
            Some(error) => Poll::Ready(Err(error.clone())),
            None => {
                end.readers.register(cx);
                Poll::Pending
            }
        }
    }

    /// The program lets go of it.
    pub(crate) fn drop_stream(&mut self, handle: Handle) {
        if let Some(end) = self.streams.ends.get_mut(&handle) {
            end.is_owned = false;
            if end.over.is_some() {
                self.streams.ends.remove(&handle);
            } else {
                self.close_stream(handle, NO_STATUS, "");
            }
        }
    }

    pub(crate) fn stream_protocol(&self, handle: Handle) -> String {
        self.streams.ends.get(&handle).map(|end| end.protocol.clone()).unwrap_or_default()
    }

    /// What has come before this side closed stays to be taken, but holds nobody back.
    fn release(&mut self, handle: Handle) {
        let due = |end: &mut StreamEnd| end.arrived.iter_mut().map(|(_, due)| std::mem::take(due)).sum();
        let due = self.streams.ends.get_mut(&handle).map_or(0, due);
        self.give_credit(handle, due);
    }
}

fn gone() -> Error {
    Error::StreamClosed { code: 1006, reason: String::new() }
}

//! Relays the frames of streams between two peers. What they mean is for the peers: the proxy looks
//! for the target, and passes the frame on if both have said that they know streams.

use std::borrow::Cow;

use nws_protocol::link::Record;
use nws_protocol::structured::{ErrorCode, Refusal};

use super::remote::not_admitted;
use super::route::Route;
use super::said::Said;
use super::{Channels, ConnId, Framing};

impl Channels {
    /// A client has said that it knows streams: other proxies are told.
    pub(super) fn on_knows_streams(&mut self, conn: ConnId) {
        let client = self.rosters.client_mut(conn).filter(|client| client.framing == Framing::Structured);
        if let Some(client) = client
            && !std::mem::replace(&mut client.knows_streams, true)
        {
            let (id, member) = (client.channel, client.number);
            self.deliver();
            self.tell_groups(id, conn, Record::Streams { member });
        }
    }

    pub(super) fn on_status(&mut self, conn: ConnId, knows_streams: bool) {
        if knows_streams {
            self.on_knows_streams(conn);
        }
        self.tell_status(conn);
    }

    /// Passes on a frame of the stream with the number `stream`.
    pub(super) fn stream(&mut self, from: ConnId, target: &str, stream: u32, said: Said<'_>) {
        self.deliver();
        if let Err(refusal) = self.relay_stream(from, target, stream, said) {
            self.tell_error(from, &refusal.of_stream(stream));
        }
    }

    fn relay_stream<'a>(
        &mut self,
        from: ConnId,
        target: &'a str,
        stream: u32,
        said: Said<'_>,
    ) -> Result<(), Refusal<'a>> {
        if said.is_too_long_for_stream() {
            return Err(Refusal::too_long_for_stream(target, stream));
        }
        let sender = self.rosters.client(from).ok_or_else(|| Refusal::unknown_target(target))?;
        if !sender.knows_streams {
            let reason = r#"first say {"action":"status","streams":1}"#;
            return Err(not_supported(target, reason));
        }
        let (number, no_streams) = (sender.number, "this peer has no streams");
        match self.route(from, target) {
            Route::Here(to) => {
                let Self { rosters, delivery, encoded, .. } = self;
                let recipient = rosters.client(to).filter(|recipient| recipient.knows_streams);
                let recipient = recipient.ok_or_else(|| not_supported(target, no_streams))?;
                let sender = rosters.client(from).ok_or_else(|| Refusal::unknown_target(target))?;
                encoded.clear();
                said.write_stream(encoded, &sender.id, &recipient.id);
                let frame = delivery.frame(encoded, 1);
                delivery.send(to, from, &frame);
            }
            Route::Elsewhere { group, number: to } => {
                if !self.rosters.group(group).is_some_and(|group| group.peers.knows_streams(to)) {
                    return Err(not_supported(target, no_streams));
                }
                let record = Record::Stream { member: number, target: to, payload: said.payload() };
                self.send_record(group, from, record);
            }
            Route::NotAdmitted => return Err(not_admitted(target)),
            Route::Nowhere => return Err(Refusal::unknown_target(target)),
        }
        Ok(())
    }
}

fn not_supported<'a>(target: &'a str, reason: &'static str) -> Refusal<'a> {
    Refusal { target: Some(Cow::Borrowed(target)), ..Refusal::new(ErrorCode::NotSupported, reason) }
}

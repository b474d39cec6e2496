//! Delivers a long message that has been encoded.

use std::time::Instant;

use nws_protocol::PeerId;
use nws_protocol::structured::Refusal;
use nws_protocol::websocket::Violation;

use super::forms::{Forms, Owned};
use super::{Address, Encoded, Outcome};
use crate::channels::delivery::OutboxFrame;
use crate::channels::rosters::{Broken, ChannelId, RemoteGroup};
use crate::channels::route::Route;
use crate::channels::{Channels, ConnId, Framing};

impl Channels {
    pub(in crate::channels) fn on_encoded(&mut self, conn: ConnId, message: Encoded, now: Instant) {
        self.deliver();
        if self.rosters.group(conn).is_some() {
            if self.deliver_long_record(conn, message).is_err() {
                self.end_group(conn, now);
            }
        } else if self.speaker(conn, now).is_some() {
            self.deliver_long_message(conn, message, now);
        }
    }

    /// Delivers a message of another proxy. What was said before it is delivered already.
    pub(super) fn deliver_long_record(
        &mut self,
        conn: ConnId,
        Encoded(outcome): Encoded,
    ) -> Result<(), Broken> {
        let Some(id) = self.rosters.group(conn).and_then(RemoteGroup::channel) else { return Ok(()) };
        match *outcome {
            Outcome::Said { to: Address::Number(number), forms } => {
                // The member has left meanwhile. The other proxy has been told of that.
                if let Some(to) = self.rosters.channel(id).and_then(|channel| channel.numbered(number)) {
                    self.send_form(conn, to, forms);
                }
            }
            Outcome::Said { forms, .. } => self.send_form_to_all(conn, id, forms),
            Outcome::StatusAsked { .. } | Outcome::Refused(_) | Outcome::Violated(_) | Outcome::Broken => {
                return Err(Broken);
            }
        }
        let group = self.rosters.group_mut(conn).ok_or(Broken)?;
        group.note_encoding(0);
        Ok(group.count_kept()?)
    }

    fn deliver_long_message(&mut self, conn: ConnId, Encoded(outcome): Encoded, now: Instant) {
        match *outcome {
            Outcome::Said { to: Address::Peer(target), forms } => {
                self.send_form_to_peer(conn, &target, forms)
            }
            Outcome::Said { forms, .. } => {
                if let Some(id) = self.rosters.client(conn).map(|client| client.channel) {
                    self.send_form_to_all(conn, id, forms);
                }
            }
            Outcome::StatusAsked { knows_streams } => self.on_status(conn, knows_streams),
            Outcome::Refused(refusal) => self.tell_error(conn, &refusal),
            Outcome::Violated(Violation { code, reason }) => self.close(conn, code, reason, now),
            Outcome::Broken => {}
        }
    }

    fn send_form_to_all(&mut self, from: ConnId, id: ChannelId, forms: Forms) {
        let Self { rosters, delivery, .. } = self;
        let Some(channel) = rosters.channel(id) else { return };
        let Forms { mut structured, mut raw, payload, body } = forms;
        let parts = delivery.parts(body);
        let [structured, raw] = [&mut structured, &mut raw]
            .map(|form| form.as_mut().map(|form| delivery.beginning(form, &parts)));
        for to in channel.present.iter().filter(|to| to.conn != from) {
            let frame = match to.framing {
                Framing::Structured => &structured,
                Framing::Raw => &raw,
            };
            if let Some(frame) = frame {
                delivery.send_in_parts(to.conn, from, frame, &parts);
            }
        }
        let member = rosters.client(from).map(|client| client.number);
        if let (Some(payload), Some(member)) = (payload, member) {
            let groups = rosters.groups(id).filter(|(_, group)| group.had_peers());
            let groups: Vec<ConnId> = groups.map(|(conn, _)| conn).collect();
            self.send_long_record(from, &groups, (member, None), payload, &parts);
        }
    }

    /// Sends the form that `to` takes. Gives whether there is one: a member that came after the
    /// message may have none.
    fn send_form(&mut self, from: ConnId, to: ConnId, forms: Forms) -> bool {
        let form = self.rosters.client(to).and_then(|client| match client.framing {
            Framing::Structured => forms.structured,
            Framing::Raw => forms.raw,
        });
        let Some(mut form) = form else { return false };
        let parts = self.delivery.parts(forms.body);
        let frame = self.delivery.beginning(&mut form, &parts);
        self.delivery.send_in_parts(to, from, &frame, &parts);
        true
    }

    fn send_form_to_peer(&mut self, from: ConnId, target: &PeerId, forms: Forms) {
        let is_told = match self.route(from, target.as_str()) {
            Route::Here(to) => self.send_form(from, to, forms),
            Route::Elsewhere { group, number: target } => {
                let member = self.rosters.client(from).map(|client| client.number);
                match (forms.payload, member) {
                    (Some(payload), Some(member)) => {
                        let parts = self.delivery.parts(forms.body);
                        self.send_long_record(from, &[group], (member, Some(target)), payload, &parts);
                        true
                    }
                    (None, _) | (_, None) => false,
                }
            }
            Route::NotAdmitted => return self.tell_not_admitted(from, target.as_str()),
            Route::Nowhere => false,
        };
        if !is_told {
            // When the message was sent there was no such peer.
            self.tell_error(from, &Refusal::unknown_target(target.as_str()));
        }
    }

    /// Sends a record to groups, without copying its payload.
    fn send_long_record(
        &mut self,
        from: ConnId,
        groups: &[ConnId],
        (member, target): (u32, Option<u32>),
        payload: Owned,
        parts: &[OutboxFrame<'static>],
    ) {
        let Self { delivery, encoded, .. } = self;
        encoded.clear();
        payload.write_before(encoded, member, target);
        let whole = payload.into_bytes().map(|bytes| [delivery.shared_frame(bytes)]);
        let parts = whole.as_ref().map_or(parts, |whole| &whole[..]);
        for &group in groups {
            delivery.send_in_parts(group, from, &OutboxFrame::Copied(encoded), parts);
        }
    }
}

//! Encodes a long message in the framings that are needed, on any thread.

use nws_protocol::limits::MESSAGE_LIMIT_MAX;
use nws_protocol::link::{LongRecord, Record};
use nws_protocol::structured::Refusal;
use nws_protocol::websocket::{Opcode, Violation, write_header};
use nws_protocol::{PeerId, Pieces};

use super::forms::{Forms, Owned};
use super::{Address, Outcome};
use crate::channels::Framing;
use crate::channels::batch::Audience;
use crate::channels::remote::said;
use crate::channels::rosters::Broken;
use crate::channels::said::Said;
use crate::channels::serve::{Binary, Serve};

/// The source of the message, and the framings in which it is encoded.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) source: PeerId,
    /// The recipients that it may have.
    pub(super) to: Audience,
}

impl Serve for &Form {
    type Outcome = Outcome;

    fn broadcast(self, said: Said<'_>) -> Outcome {
        Outcome::Said { to: Address::All, forms: self.forms(said, None) }
    }

    fn message(self, target: &str, said: Said<'_>) -> Outcome {
        match PeerId::mentioned(target) {
            Some(target) => {
                let forms = self.forms(said, Some(&target));
                Outcome::Said { to: Address::Peer(target), forms }
            }
            None => self.refused(&Refusal::unknown_target(target)),
        }
    }

    fn stream(self, target: &str, stream: u32, _: Said<'_>) -> Outcome {
        // No message that is long enough for this is a frame of a stream.
        self.refused(&Refusal::too_long_for_stream(target, stream))
    }

    fn status(self, knows_streams: bool) -> Outcome {
        Outcome::StatusAsked { knows_streams }
    }

    fn too_big(self) -> Outcome {
        Outcome::Violated(Violation::TOO_BIG)
    }

    fn refused(self, refusal: &Refusal<'_>) -> Outcome {
        Outcome::Refused(refusal.clone().into_owned())
    }
}

impl Form {
    /// Reads a binary message of a client.
    pub(super) fn pieces(&self, framing: Framing, mut payload: Pieces, max: usize) -> Outcome {
        let head = payload.head(Binary::HEAD_MAX).to_vec();
        let (to, start) = match Binary::read(framing, &head, payload.len(), max) {
            Binary::ToAll { start } => (Address::All, start),
            Binary::ToPeer { target, start } => match PeerId::mentioned(target) {
                Some(target) => (Address::Peer(target), start),
                None => return self.refused(&Refusal::unknown_target(target)),
            },
            Binary::Stream { target, stream, .. } => {
                return self.refused(&Refusal::too_long_for_stream(target, stream));
            }
            Binary::TooBig => return self.too_big(),
            Binary::Refused(refusal) => return Outcome::Refused(refusal),
        };
        payload.skip(start);
        let target = if let Address::Peer(target) = &to { Some(target) } else { None };
        let forms = self.spliced(payload, target);
        Outcome::Said { to, forms }
    }

    pub(super) fn record(&self, record: LongRecord, recipient: Option<&PeerId>) -> Result<Outcome, Broken> {
        let to = match record.route() {
            Some((_, Some(number))) => Address::Number(number),
            Some((_, None)) | None => Address::All,
        };
        match record.into_binary() {
            Ok(payload) if payload.len() > MESSAGE_LIMIT_MAX => Err(Broken),
            Ok(payload) => Ok(Outcome::Said { to, forms: self.spliced(payload, recipient) }),
            Err(record) => self.whole_record(&record.into_bytes(), recipient),
        }
    }

    fn whole_record(&self, record: &[u8], recipient: Option<&PeerId>) -> Result<Outcome, Broken> {
        let (to, payload) = match Record::read(record).map_err(|_| Broken)? {
            Record::Broadcast { payload, .. } => (Address::All, payload),
            Record::Message { target, payload, .. } => (Address::Number(target), payload),
            Record::Join { .. }
            | Record::Leave { .. }
            | Record::Slow { .. }
            | Record::RosterEnd
            | Record::NotAdmitted { .. }
            | Record::Admitted { .. }
            | Record::Stream { .. }
            | Record::Streams { .. }
            | Record::Unknown => return Err(Broken),
        };
        Ok(Outcome::Said { to, forms: self.forms(said(payload)?, recipient) })
    }

    /// The forms of bytes, which stay as they came.
    fn spliced(&self, payload: Pieces, target: Option<&PeerId>) -> Forms {
        let (mut forms, len) = (Forms::default(), payload.len());
        if self.to.structured > 0 {
            let form = forms.structured.get_or_insert_default();
            Said::write_binary_head(form, &self.source, target, len);
        }
        if self.to.raw > 0 {
            write_header(forms.raw.get_or_insert_default(), Opcode::Binary, len);
        }
        if self.to.speaker_number.is_some() {
            forms.payload = Some(Owned::Body(len));
        }
        Forms { body: Some(payload), ..forms }
    }

    fn forms(&self, said: Said<'_>, target: Option<&PeerId>) -> Forms {
        let mut forms = Forms::default();
        if self.to.structured > 0 {
            said.write_structured(forms.structured.get_or_insert_default(), &self.source, target);
        }
        if self.to.raw > 0 {
            said.write_raw(forms.raw.get_or_insert_default());
        }
        if self.to.speaker_number.is_some() {
            forms.payload = Some(Owned::from(said.payload()));
        }
        forms
    }
}

//! What peers say to each other in frames of streams. Proxies read the number only.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::value::RawValue;

use crate::Json;

/// A frame of a stream: the `data` of the action `stream`.
#[derive(Clone, Debug, PartialEq)]
pub struct StreamFrame<'a> {
    /// The number of the stream, as the sender of the frame writes it.
    pub stream: u32,
    /// What the frame is about.
    pub event: StreamEvent<'a>,
}

/// What a frame of a stream is about. It comes from another program, and has been read as far as
/// its form goes: what is not of its type is missing.
#[derive(Clone, Debug, PartialEq)]
pub enum StreamEvent<'a> {
    /// Opens a stream.
    Dial {
        /// The subprotocols that are offered; `None` if that is no list of strings.
        protocols: Option<Vec<Cow<'a, str>>>,
        /// The bytes that may be sent.
        credit: f64,
    },
    /// The peer has not decided yet.
    Pending,
    /// The stream is open.
    Accept {
        /// One of the subprotocols that were offered, or empty; `None` if it is no string.
        protocol: Option<Cow<'a, str>>,
        /// The bytes that may be sent.
        credit: f64,
    },
    /// A part of a text.
    Data {
        /// The part; `None` if it is no string.
        text: Option<Cow<'a, str>>,
        /// The next part of the same text follows.
        has_more: bool,
    },
    /// So many bytes more may be sent.
    Credit {
        /// The bytes.
        credit: f64,
    },
    /// The stream closes, or is refused.
    Close {
        /// The code, if one was given.
        code: Option<u16>,
        /// The reason in words.
        reason: Cow<'a, str>,
        /// Why a dial is refused.
        error: Option<Cow<'a, str>>,
    },
    /// An event of a later version.
    Later,
}

impl<'a> StreamFrame<'a> {
    /// Reads the `data` of a frame; `None` if it has no number of a stream.
    #[must_use]
    pub fn parse(data: Json<'a>) -> Option<Self> {
        let members = Members(serde_json::from_str(data.as_str()).ok()?);
        let stream = members.text("stream")?.parse().ok()?;
        let event = match &*members.string("event").unwrap_or_default() {
            "dial" => StreamEvent::Dial { protocols: members.strings("protocols"), credit: members.credit() },
            "pending" => StreamEvent::Pending,
            "accept" => StreamEvent::Accept {
                protocol: match members.text("protocol") {
                    None => Some(Cow::default()),
                    Some(_) => members.string("protocol"),
                },
                credit: members.credit(),
            },
            "data" => StreamEvent::Data {
                text: members.string("text"),
                has_more: members.text("more").is_some_and(|more| more == "true"),
            },
            "credit" => StreamEvent::Credit { credit: members.credit() },
            "close" => StreamEvent::Close {
                code: members.text("code").and_then(|code| code.parse().ok()),
                reason: members.string("reason").unwrap_or_default(),
                error: members.string("error"),
            },
            _ => StreamEvent::Later,
        };
        Some(Self { stream, event })
    }

    /// Appends it as JSON.
    pub(super) fn write(&self, out: &mut String) {
        let mut members = Object { out };
        members.number("{", "stream", self.stream);
        match &self.event {
            StreamEvent::Dial { protocols, credit } => {
                members.string("event", "dial");
                members.strings("protocols", protocols.as_deref().unwrap_or_default());
                members.number(",", "credit", credit);
            }
            StreamEvent::Pending => members.string("event", "pending"),
            StreamEvent::Accept { protocol, credit } => {
                members.string("event", "accept");
                members.string("protocol", protocol.as_deref().unwrap_or_default());
                members.number(",", "credit", credit);
            }
            StreamEvent::Data { text, has_more } => {
                members.string("event", "data");
                if *has_more {
                    members.number(",", "more", true);
                }
                members.string("text", text.as_deref().unwrap_or_default());
            }
            StreamEvent::Credit { credit } => {
                members.string("event", "credit");
                members.number(",", "credit", credit);
            }
            StreamEvent::Close { code, reason, error } => {
                members.string("event", "close");
                if let Some(error) = error {
                    members.string("error", error);
                }
                if let Some(code) = code {
                    members.number(",", "code", code);
                    members.string("reason", reason);
                }
            }
            StreamEvent::Later => {}
        }
        out.push('}');
    }
}

/// The members of a frame. Of several with one name the last one counts, as for JSON parsers.
struct Members<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl<'a> Members<'a> {
    fn text(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(|value| value.get())
    }

    fn string(&self, name: &str) -> Option<Cow<'a, str>> {
        Json::from_valid(self.text(name)?)?.string()
    }

    fn strings(&self, name: &str) -> Option<Vec<Cow<'a, str>>> {
        let list: Vec<&'a RawValue> = serde_json::from_str(self.text(name)?).ok()?;
        list.into_iter().map(|value| Json::from_valid(value.get())?.string()).collect()
    }

    /// What is no number is no credit.
    fn credit(&self) -> f64 {
        self.text("credit").and_then(|credit| credit.parse().ok()).unwrap_or(f64::NAN)
    }
}

struct Object<'a> {
    out: &'a mut String,
}

impl Object<'_> {
    fn number(&mut self, before: &str, name: &str, value: impl std::fmt::Display) {
        let _ = write!(self.out, "{before}\"{name}\":{value}");
    }

    fn string(&mut self, name: &str, value: &str) {
        let _ = write!(self.out, ",\"{name}\":");
        Json::write_string(value, self.out);
    }

    fn strings(&mut self, name: &str, values: &[Cow<'_, str>]) {
        let _ = write!(self.out, ",\"{name}\":[");
        for (place, value) in values.iter().enumerate() {
            if place > 0 {
                self.out.push(',');
            }
            Json::write_string(value, self.out);
        }
        self.out.push(']');
    }
}

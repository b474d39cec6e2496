//! Structured frames from a client to its proxy, as a client writes them.

use super::StreamFrame;
use crate::Json;

/// The question for the own id.
pub const STATUS: &str = r#"{"action":"status"}"#;

/// The same of a client that knows streams.
pub const STATUS_WITH_STREAMS: &str = r#"{"action":"status","streams":1}"#;

/// What a client says to all, or to one peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saying<'a> {
    /// A text, which becomes a JSON string.
    Text(&'a str),
    /// Any JSON, as it is.
    Json(Json<'a>),
}

impl Saying<'_> {
    /// The frame that carries it: to the peer whose id is `target`, or to everybody.
    #[must_use]
    pub fn frame(self, target: Option<&str>) -> String {
        let (len, id_len) = (self.text().len(), target.map_or(0, str::len));
        let mut frame = String::with_capacity(len + id_len + 64);
        match target {
            None => frame.push_str(r#"{"action":"broadcast","data":"#),
            Some(target) => {
                frame.push_str(r#"{"action":"message","target":"#);
                Json::write_string(target, &mut frame);
                frame.push_str(r#","data":"#);
            }
        }
        match self {
            Self::Text(text) => Json::write_string(text, &mut frame),
            Self::Json(json) => frame.push_str(json.as_str()),
        }
        frame.push('}');
        frame
    }

    const fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Json(json) => json.as_str(),
        }
    }
}

impl StreamFrame<'_> {
    /// The frame that carries it to the peer whose id is `target`.
    #[must_use]
    pub fn frame(&self, target: &str) -> String {
        let mut frame = String::from(r#"{"action":"stream","target":"#);
        Json::write_string(target, &mut frame);
        frame.push_str(r#","data":"#);
        self.write(&mut frame);
        frame.push('}');
        frame
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structured::Request;

    #[test]
    fn a_proxy_reads_what_is_written() {
        let json = Json::new(r#"{"a": [1.0e2]}"#).unwrap();
        let broadcast = Saying::Json(json).frame(None);
        assert_eq!(Request::parse(&broadcast), Ok(Request::Broadcast { data: json }));
        for text in ["", "plain", "q\"\\\n\u{1}\u{2028}é😀"] {
            let message = Saying::Text(text).frame(Some("bob"));
            let Ok(Request::Message { target, data }) = Request::parse(&message) else { panic!("{message}") };
            assert_eq!((&*target, data.string().as_deref()), ("bob", Some(text)));
        }
        for (text, knows_streams) in [(STATUS, false), (STATUS_WITH_STREAMS, true)] {
            assert_eq!(Request::parse(text), Ok(Request::Status { knows_streams }));
        }
    }
}

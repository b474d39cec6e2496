//! Cases: what a proxy, a client and its program do, one step after the other.

use nws_protocol::structured::Notice;
use nws_protocol::{Json, PeerId};
use serde_json::{Value, json};

/// What one client has to do.
pub(super) struct Case {
    name: String,
    steps: Vec<Value>,
    /// Members beside name and steps.
    options: Vec<(&'static str, Value)>,
}

impl Case {
    pub(super) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), steps: Vec::new(), options: Vec::new() }
    }

    /// The channel does not live beyond the last step.
    pub(super) fn ends(mut self) -> Self {
        self.options.push(("ends", true.into()));
        self
    }

    /// The client is to connect again after a loss, with at most so many milliseconds between two attempts.
    pub(super) fn reconnects(mut self, max_delay: u32) -> Self {
        self.options.push(("maxDelay", max_delay.into()));
        self
    }

    /// The case begins when the client has connected, before the proxy has said anything.
    pub(super) fn bare(mut self) -> Self {
        self.options.push(("bare", true.into()));
        self
    }

    /// Adds what another case does.
    pub(super) fn then(mut self, other: Self) -> Self {
        self.steps.extend(other.steps);
        self
    }

    fn step(mut self, kind: &str, value: impl Into<Value>) -> Self {
        self.steps.push(json!({ kind: value.into() }));
        self
    }

    /// The proxy sends a text frame.
    pub(super) fn proxy(self, frame: impl Into<Value>) -> Self {
        self.step("proxy", frame)
    }

    /// The proxy sends one that it writes itself.
    pub(super) fn notice(self, notice: Notice<'_>) -> Self {
        self.proxy(text_of(notice))
    }

    /// The proxy sends a binary frame, in hexadecimal digits.
    pub(super) fn bytes(self, frame: impl Into<Value>) -> Self {
        self.step("proxyBytes", frame)
    }

    /// The client sends a text frame with this JSON.
    pub(super) fn client(self, frame: Value) -> Self {
        self.step("client", frame)
    }

    /// The client sends a binary frame.
    pub(super) fn client_bytes(self, frame: impl Into<Value>) -> Self {
        self.step("clientBytes", frame)
    }

    /// The program does something.
    pub(super) fn does(self, command: Value) -> Self {
        self.step("do", command)
    }

    /// The program is told of something.
    pub(super) fn sees(self, event: Value) -> Self {
        self.step("sees", event)
    }

    /// What happens meanwhile does not matter: at last the program is told of this.
    pub(super) fn until(self, event: Value) -> Self {
        self.step("until", event)
    }

    /// The proxy closes the connection; 1005 is a close without a code.
    pub(super) fn proxy_closes(self, code: u16, reason: &str) -> Self {
        self.step("proxyCloses", json!({ "code": code, "reason": reason }))
    }

    /// The connection breaks.
    pub(super) fn breaks(self) -> Self {
        self.step("breaks", true)
    }

    /// The proxy ends without a word, and nobody answers.
    pub(super) fn proxy_leaves(self) -> Self {
        self.step("proxyLeaves", true)
    }

    /// It is back at the same place.
    pub(super) fn proxy_returns(self) -> Self {
        self.step("proxyReturns", true)
    }

    /// The client closes the connection.
    pub(super) fn client_closes(self, code: u16, reason: &str) -> Self {
        self.step("clientCloses", json!({ "code": code, "reason": reason }))
    }

    /// The client connects again.
    pub(super) fn connects(self) -> Self {
        self.step("connects", true)
    }

    /// Nothing happens for so many milliseconds.
    pub(super) fn passes(self, milliseconds: u32) -> Self {
        self.step("passes", milliseconds)
    }

    fn text(&self) -> String {
        let options = self.options.iter().map(|(key, value)| format!(", \"{key}\": {value}"));
        let head = format!("{{\"name\": {}{}", Value::from(self.name.as_str()), options.collect::<String>());
        format!("{head}, \"steps\": {}}}", list(&self.steps, "      "))
    }
}

/// The text of a file of cases.
pub(super) fn file(about: &str, prelude: &Case, postlude: &Case, cases: &[Case]) -> String {
    let cases: Vec<_> = cases.iter().map(Case::text).collect();
    format!(
        "{{\n  \"about\": {},\n  \"prelude\": {},\n  \"postlude\": {},\n  \"cases\": [\n    {}\n  ]\n}}\n",
        Value::from(about),
        list(&prelude.steps, "    "),
        list(&postlude.steps, "    "),
        cases.join(",\n    ")
    )
}

/// A list, one value a line.
pub(super) fn list(values: &[Value], indent: &str) -> String {
    let lines: Vec<_> = values.iter().map(|value| format!("\n{indent}{value}")).collect();
    format!("[{}]", lines.join(","))
}

/// The same text so many times. In files it stands short.
pub(super) fn repeated(text: &str, times: usize) -> Value {
    json!({ "repeat": text, "times": times })
}

/// The most bytes of a message, for the client of the vectors.
pub(super) const MESSAGE_MAX: usize = 200_000;

/// The client joins, as `me`, and finds alice and bob.
pub(super) fn prelude() -> Case {
    joins("me")
}

/// The client joins under this id, and finds alice and bob.
pub(super) fn joins(id: &str) -> Case {
    greets(id)
        .sees(json!({ "event": "open", "id": id }))
        .sees(json!({ "event": "connect", "peer": "alice" }))
        .sees(json!({ "event": "connect", "peer": "bob" }))
        .sees(json!({ "event": "sync", "settled": true }))
}

/// What the proxy says to a client that joins under this id.
pub(super) fn greets(id: &str) -> Case {
    let (me, alice, bob) = (peer(id), peer("alice"), peer("bob"));
    Case::new("greeting")
        .notice(Notice::Status { you: &me, message_max: MESSAGE_MAX, has_streams: true })
        .notice(Notice::Connect { you: &me, peer: &alice })
        .notice(Notice::Connect { you: &me, peer: &bob })
        .notice(Notice::Welcome { you: &me, peers: 2, message_max: MESSAGE_MAX, is_settled: true })
}

/// The connection has ended: both peers are gone.
pub(super) fn all_gone() -> Case {
    let gone = |id| json!({ "event": "disconnect", "peer": id });
    Case::new("all are gone").sees(gone("alice")).sees(gone("bob"))
}

/// Nothing else has happened, and all goes on: both sides say something, and that comes next.
pub(super) fn postlude() -> Case {
    let (alice, data) = (peer("bob"), json!("the case ends").to_string());
    Case::new("postlude")
        .notice(Notice::Broadcast { source: &alice, data: json_of(&data) })
        .sees(json!({ "event": "message", "from": "bob", "text": "the case ends", "direct": false }))
        .does(json!({ "do": "send", "text": "it does" }))
        .client(json!({ "action": "broadcast", "data": "it does" }))
}

pub(super) fn peer(id: &str) -> PeerId {
    PeerId::mentioned(id).unwrap_or_else(|| unreachable!("{id} is an id"))
}

pub(super) fn json_of(text: &str) -> Json<'_> {
    Json::new(text).unwrap_or_else(|| unreachable!("{text} is JSON"))
}

/// What a notice is as a text.
pub(super) fn text_of(notice: Notice<'_>) -> String {
    let mut frame = Vec::new();
    notice.write_frame(&mut frame);
    let head = match frame.get(1) {
        Some(126) => 4,
        Some(127) => 10,
        _ => 2,
    };
    String::from_utf8(frame.split_off(head)).unwrap_or_default()
}

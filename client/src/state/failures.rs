//! Says in words of this crate what the core says.

use nws_client_core::{Fact, Failure};
use nws_protocol::CloseCode;

use super::{End, State};
use crate::Error;

const SLOW: u16 = CloseCode::TryAgainLater.number();

impl State {
    /// What is known of the way to the proxy. `stranger` is what answers there, if it is no proxy.
    pub(crate) fn learn(&mut self, facts: u32, stranger: Option<String>) {
        self.stranger = stranger;
        self.tell(nws_client_core::session::Input::Facts(facts), &mut super::About::default());
    }

    pub(super) fn error_of(&self, failure: Failure, end: &End) -> Error {
        let endpoint = self.endpoint.to_string();
        match failure {
            Failure::BadFrame => Error::BadFrame,
            Failure::Abandoned => Error::Closed,
            Failure::Broken => Error::Lost { code: end.code, reason: end.reason.clone() },
            Failure::NoEndpoint | Failure::Unreached => Error::Unreached { endpoint },
            Failure::Limit => Error::LimitReached,
            Failure::TooBig | Failure::Rejected => {
                Error::Rejected { code: end.code, reason: end.reason.clone() }
            }
            Failure::ProxyNotRunning | Failure::Detoured => match &self.stranger {
                Some(answer) => Error::NotAProxy { endpoint, answer: answer.clone() },
                None => Error::ProxyNotRunning { endpoint },
            },
            Failure::VersionMismatch => Error::VersionMismatch,
            Failure::Blocked
            | Failure::BlockedFrame
            | Failure::OriginNotAllowed
            | Failure::InsecureContext
            | Failure::PermissionDenied
            | Failure::NoCore => {
                let remedy = failure.sentence().unwrap_or_default();
                Error::Refused {
                    remedy: remedy.replace(nws_client_core::ORIGIN, &crate::platform::origin(&self.endpoint)),
                }
            }
        }
    }
}

/// What has ended a channel that does not connect again.
pub(super) fn of_end(code: u16, reason: &str) -> Error {
    of_slowness(code, reason).unwrap_or_else(|| Error::Lost { code, reason: reason.to_owned() })
}

pub(super) fn of_slowness(code: u16, reason: &str) -> Option<Error> {
    (code == SLOW).then(|| Error::SlowReader { reason: reason.to_owned() })
}

/// The facts that the answer of a proxy to `GET /status` shows, or what answers instead.
pub(crate) fn facts_of(status: u16, body: &str) -> (u32, Option<String>) {
    let answer: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    let fact = match answer["protocol"].as_u64() {
        None => {
            let line = body.lines().next().unwrap_or_default();
            let line = nws_protocol::harmless(&line.chars().take(80).collect::<String>());
            return (0, Some(format!("HTTP status {status}: {line}")));
        }
        Some(protocol) if protocol != u64::from(nws_protocol::VERSION) => Fact::Foreign,
        Some(_) if answer["origin"] == "refused" => Fact::Refused,
        Some(_) => Fact::Present,
    };
    (fact.number(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_facts() {
        let table = [
            (r#"{"protocol":1,"origin":"allowed"}"#, Fact::Present),
            (r#"{"protocol":1,"origin":"refused"}"#, Fact::Refused),
            (r#"{"protocol":2}"#, Fact::Foreign),
        ];
        for (body, fact) in table {
            assert_eq!(facts_of(200, body), (fact.number(), None), "{body}");
        }
        assert_eq!(facts_of(404, "<html>\nx"), (0, Some("HTTP status 404: <html>".to_owned())));
        assert_eq!(facts_of(200, "a\x1b[2J"), (0, Some("HTTP status 200: a\\u{1b}[2J".to_owned())));
    }
}

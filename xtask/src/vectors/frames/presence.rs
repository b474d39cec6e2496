//! Who is there, and what the proxy itself says.

use nws_protocol::structured::{ErrorCode, LeaveReason, Notice};
use serde_json::{Value, json};

use super::super::script::{Case, MESSAGE_MAX, peer};
use super::nothing;

pub(super) fn cases() -> Vec<Case> {
    comings().into_iter().chain(later()).chain(errors()).chain(status()).collect()
}

fn comings() -> Vec<Case> {
    let (me, alice, carol) = (peer("me"), peer("alice"), peer("carol"));
    let came = |id: &str| json!({ "event": "connect", "peer": id });
    let left = |id: &str| json!({ "event": "disconnect", "peer": id });
    let connect = |peer| Notice::Connect { you: &me, peer };
    let disconnect = |peer| Notice::Disconnect { you: &me, peer, reason: None };
    let cut = Notice::Disconnect { you: &me, peer: &alice, reason: Some(LeaveReason::Slow) };
    let gone = json!({ "do": "send", "text": "x", "to": "alice" });
    vec![
        Case::new("a peer comes and goes")
            .notice(connect(&carol))
            .sees(came("carol"))
            .notice(disconnect(&carol))
            .sees(left("carol")),
        Case::new("a peer that was cut").notice(cut).sees(left("alice")),
        Case::new("a peer that goes for a later reason")
            .proxy(r#"{"action":"disconnect","source":"me","target":"alice","reason":"later"}"#)
            .sees(left("alice")),
        Case::new("a peer that is back")
            .notice(disconnect(&alice))
            .sees(left("alice"))
            .does(gone.clone())
            .sees(json!({ "event": "failed", "do": "send", "error": "peer-gone" }))
            .notice(connect(&alice))
            .sees(came("alice"))
            .does(gone)
            .client(json!({ "action": "message", "target": "alice", "data": "x" })),
        Case::new("a peer that is there already").notice(connect(&alice)),
        Case::new("a peer that was never there leaves").notice(disconnect(&carol)),
        nothing("an unknown action", r#"{"action":"sing","source":"alice","data":"x"}"#),
    ]
}

fn later() -> Vec<Case> {
    let frames = [
        r#"{"action":"later","source":7,"target":[],"data":null}"#,
        r#"{"action":"__proto__"}"#,
        r#"{"action":"constructor","source":"alice","data":"x"}"#,
        r#"{"action":"toString"}"#,
        r#"{"action":""}"#,
        r#"{"action":"Broadcast","source":"alice","data":"x"}"#,
    ];
    frames.map(|frame| nothing(&format!("a later action: {frame}"), frame)).into()
}

fn errors() -> Vec<Case> {
    let fault = |code: &str, target: Value| json!({ "event": "fault", "code": code, "target": target });
    let me = peer("me");
    let error = |code, target| Notice::Error { code, reason: "why", target, stream: None };
    let case = |name: &str, notice, code: &str, target: Value| {
        Case::new(format!("error: {name}")).notice(notice).sees(fault(code, target))
    };
    vec![
        case(
            "the target is here",
            error(ErrorCode::NotAdmitted, Some("alice")),
            "not-admitted",
            "alice".into(),
        ),
        case(
            "the target is not here",
            error(ErrorCode::UnknownTarget, Some("zoe")),
            "unknown-target",
            "zoe".into(),
        ),
        case("no target", error(ErrorCode::BadFrame, None), "bad-frame", Value::Null),
        case("too many channels", Notice::Limit { you: &me, reason: "why" }, "limit", Value::Null),
        Case::new("error: a later code")
            .proxy(r#"{"action":"error","code":"later","reason":"why"}"#)
            .sees(fault("later", Value::Null)),
        Case::new("error: no reason")
            .proxy(r#"{"action":"error","code":"limit"}"#)
            .sees(fault("limit", Value::Null)),
    ]
}

fn status() -> Vec<Case> {
    let me = peer("me");
    vec![
        Case::new("status again").notice(Notice::Status {
            you: &me,
            message_max: MESSAGE_MAX,
            has_streams: true,
        }),
        Case::new("a welcome that is not settled")
            .notice(Notice::Welcome { you: &me, peers: 2, message_max: MESSAGE_MAX, is_settled: false })
            .sees(json!({ "event": "sync", "settled": false })),
    ]
}

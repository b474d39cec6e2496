//! What protocol/vectors says of ends and of pauses holds for the session, which decides for the clients
//! in Rust and for pages.

use nws_client_core::session::{Input, Step};
use nws_client_core::{Action, Failure, Policy, Session};
use serde_json::Value;

fn cases(name: &str) -> Vec<Value> {
    let path = format!("{}/../protocol/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("the vectors are there"))
        .expect("the vectors are there");
    file["cases"].as_array().expect("the vectors are there").clone()
}

fn steps(session: &mut Session, input: Input) -> Vec<Step> {
    session.handle(input);
    std::iter::from_fn(|| session.next_step()).collect()
}

/// A channel that is open, or that has just connected.
fn connected(case: &Value) -> Session {
    let max_delay = case["maxDelay"].as_f64();
    let mut session = Session::new(max_delay.map(|max_delay| Policy { max_delay, max_queued: None }));
    while session.next_step().is_some() {}
    for input in [Input::Awake { lasted: 0.0 }, Input::Located, Input::Connected] {
        steps(&mut session, input);
    }
    if case["bare"].is_null() {
        steps(&mut session, Input::Frame { action: Action::Status, peer: None });
    }
    session
}

/// What the program is told of, in the words of the vectors.
fn told(steps: &[Step]) -> (Option<&'static str>, Option<Failure>) {
    let has = |is_it: fn(&Step) -> bool| steps.iter().any(is_it);
    let is_closed = has(|step| matches!(step, Step::Closed { .. })).then_some("closed");
    let event = is_closed.or(has(|step| matches!(step, Step::Pause { .. })).then_some("reconnecting"));
    let failure = steps
        .iter()
        .find_map(|step| if let Step::Fail { failure, .. } = step { Some(*failure) } else { None });
    (event, failure)
}

#[test]
fn ends() {
    let mut count = 0;
    for case in cases("closes") {
        let all = case["steps"].as_array().expect("the vectors are there");
        let Some(code) = all[0]["proxyCloses"]["code"].as_u64() else { continue };
        let expected = all
            .iter()
            .find(|step| ["reconnecting", "closed"].iter().any(|event| step["sees"]["event"] == **event));
        let expected = &expected.expect("the vectors are there")["sees"];
        let end = Input::Disconnected { code: code as u16, lasted: 0.0 };
        let (event, failure) = told(&steps(&mut connected(&case), end));
        assert_eq!(event, expected["event"].as_str(), "{}", case["name"]);
        if let Some(error) = expected["error"].as_str() {
            let word = failure.map(|failure| failure.reason().replace("message-too-big", "too-big"));
            assert_eq!(word.as_deref(), Some(error), "{}", case["name"]);
        }
        count += 1;
    }
    assert!(count > 30, "{count} ends");
}

/// All losses of a trace, one after the other: the attempts, and the bounds of the pauses.
#[test]
fn pauses() {
    let mut count = 0;
    let closes = |case: &Value| {
        case["steps"]
            .as_array()
            .expect("the vectors are there")
            .iter()
            .any(|step| !step["proxyCloses"].is_null())
    };
    for case in cases("reconnect").into_iter().filter(closes) {
        let mut session = connected(&case);
        let mut lasted = 0.0;
        for step in case["steps"].as_array().expect("the vectors are there") {
            if let Some(passed) = step["passes"].as_f64() {
                lasted = passed;
            } else if let Some(code) = step["proxyCloses"]["code"].as_u64() {
                let end = Input::Disconnected { code: code as u16, lasted };
                assert_eq!(told(&steps(&mut session, end)).0, Some("reconnecting"));
                lasted = 0.0;
            } else if step["sees"]["event"] == "reconnecting" && !step["sees"]["delay"].is_null() {
                let delay = &step["sees"]["delay"];
                let bounds = [0.0, 1.0].map(|chance| session.delay(chance));
                assert_eq!(
                    bounds.map(Some),
                    [delay["from"].as_f64(), delay["to"].as_f64()],
                    "{}",
                    case["name"]
                );
                count += 1;
            } else if step["connects"] == true {
                for input in [Input::Awake { lasted: 0.0 }, Input::Located, Input::Connected] {
                    steps(&mut session, input);
                }
                steps(&mut session, Input::Frame { action: Action::Status, peer: None });
            }
        }
    }
    assert!(count > 10, "{count} pauses");
}

//! Each input in each phase, and the steps that follow.

use nws_client_core::session::{Input, ROOT, Step};
use nws_client_core::{Action, Fact, Failure, Policy, Session};

const RECONNECT: Option<Policy> = Some(Policy { max_delay: 5000.0, max_queued: None });

const fn frame(action: Action, peer: Option<u32>) -> Input {
    Input::Frame { action, peer }
}

const fn ended(code: u16) -> Input {
    Input::Disconnected { code, lasted: 10.0 }
}

const fn failed(failure: Failure, is_fatal: bool) -> Step {
    Step::Fail { failure, is_fatal }
}

const AWAKE: Input = Input::Awake { lasted: 0.0 };
const FIRST: Input = frame(Action::Status, None);
const CLOSED: Step = Step::Closed { is_lost: false };
const RETAIN_ALL: Step = Step::RetainUnsent { all: true };
const RETAIN_PEERS: Step = Step::RetainUnsent { all: false };

/// The inputs that lead to a phase.
const STARTING: &[Input] = &[AWAKE];
const DIALLING: &[Input] = &[AWAKE, Input::Located];
const WAITING: &[Input] = &[AWAKE, Input::Located, Input::Connected];
const OPEN: &[Input] = &[AWAKE, Input::Located, Input::Connected, FIRST];
/// With the peers 1 and 2.
const PEERS: &[Input] = &[
    AWAKE,
    Input::Located,
    Input::Connected,
    FIRST,
    frame(Action::Connect, None),
    frame(Action::Connect, None),
];
const CLOSING: &[Input] = &[AWAKE, Input::Located, Input::Connected, FIRST, Input::Close(ROOT)];
const ATTEMPT_FAILED: &[Input] = &[AWAKE, Input::Located, ended(1006)];

fn steps(session: &mut Session) -> Vec<Step> {
    std::iter::from_fn(|| session.next_step()).collect()
}

/// The steps that follow from the last input, after those before it.
fn after(policy: Option<Policy>, before: &[Input], input: Input) -> Vec<Step> {
    let mut session = Session::new(policy);
    steps(&mut session);
    for input in before {
        session.handle(*input);
        steps(&mut session);
    }
    session.handle(input);
    steps(&mut session)
}

type Row = (&'static str, Option<Policy>, &'static [Input], Input, &'static [Step]);

#[rustfmt::skip]
const TABLE: &[Row] = &[
    ("a channel begins in a later task", None, &[], AWAKE, &[Step::Locate]),
    ("the address is known", None, STARTING, Input::Located, &[Step::Dial]),
    ("the address is known twice", None, DIALLING, Input::Located, &[]),
    ("there is no address", None, STARTING, Input::Unlocated,
        &[failed(Failure::NoEndpoint, true), CLOSED]),
    ("there is no address now", RECONNECT, STARTING, Input::Unlocated,
        &[failed(Failure::NoEndpoint, false), Step::Pause { attempt: 1 }]),
    ("the connection is open", None, DIALLING, Input::Connected, &[Step::AskStatus, Step::Wait(3000)]),
    ("the proxy does not answer", None, WAITING, AWAKE, &[Step::GatherFacts]),
    ("the own id comes", None, WAITING, FIRST, &[Step::CancelWait, Step::Open]),
    ("the own id comes with a peer", None, WAITING, frame(Action::Connect, None),
        &[Step::CancelWait, Step::Open, Step::Arrive(1), Step::Greet(1)]),
    ("the own id comes with an error", None, WAITING, frame(Action::Error, None),
        &[Step::CancelWait, Step::Open, Step::Complain]),
    ("the own id comes again", None, OPEN, FIRST, &[]),
    ("a broadcast", None, OPEN, frame(Action::Broadcast, None), &[Step::Broadcast]),
    ("a message of a peer", None, PEERS, frame(Action::Message, Some(1)), &[Step::Direct]),
    ("a message of nobody", None, PEERS, frame(Action::Message, None), &[]),
    ("a peer comes twice", None, PEERS, frame(Action::Connect, Some(1)), &[]),
    ("a peer leaves", None, PEERS, frame(Action::Disconnect, Some(1)), &[Step::Depart(1)]),
    ("a peer leaves that never came", None, PEERS, frame(Action::Disconnect, None), &[]),
    ("all peers were named", None, OPEN, frame(Action::Welcome, None), &[Step::Sync]),
    ("all peers were named before the own id", None, WAITING, frame(Action::Welcome, None), &[]),
    ("a frame cannot be read", None, OPEN, frame(Action::Unreadable, None),
        &[failed(Failure::BadFrame, false)]),
    ("a frame of a later proxy", None, OPEN, frame(Action::Later, None), &[]),
    ("a frame of a stream", None, PEERS, frame(Action::Stream, Some(1)), &[]),
    ("what was queued is too large", None, OPEN, Input::TooBig, &[failed(Failure::TooBig, false)]),
    ("the page closes a peer's socket", None, PEERS, Input::Close(2), &[Step::LeaveSoon]),
    ("the peer's socket ends", None, PEERS, Input::Left(2), &[Step::Depart(2)]),
    ("the page closes a socket that has ended", None, PEERS, Input::Close(9), &[]),
    ("the page closes at once", None, &[], Input::Close(ROOT), &[Step::CancelWait, Step::LeaveSoon]),
    ("the page closes an attempt", None, DIALLING, Input::Close(ROOT),
        &[Step::CancelWait, Step::CloseConnection]),
    ("the page closes an attempt of many", RECONNECT, DIALLING, Input::Close(ROOT),
        &[Step::CancelWait, Step::Abandon, Step::LeaveSoon]),
    ("the page closes", RECONNECT, OPEN, Input::Close(ROOT), &[Step::CancelWait, Step::CloseConnection]),
    ("the page closes twice", None, CLOSING, Input::Close(ROOT), &[]),
    ("a frame after the page has closed", None, CLOSING, frame(Action::Broadcast, None), &[]),
    ("the task ends in which the page closed an attempt", None, &[Input::Close(ROOT)], Input::Left(ROOT),
        &[failed(Failure::Abandoned, true), Step::Closed { is_lost: true }]),
    ("the connection ends while it closes", None, CLOSING, ended(1000),
        &[Step::CancelWait, RETAIN_ALL, CLOSED]),
    ("the connection ends", None, PEERS, ended(1001),
        &[Step::CancelWait, RETAIN_ALL, Step::Depart(1), Step::Depart(2), CLOSED]),
    ("the connection ends, and another one may follow", RECONNECT, PEERS, ended(1006),
        &[Step::CancelWait, RETAIN_PEERS, Step::ClearId, Step::Depart(1), Step::Depart(2),
            Step::Pause { attempt: 1 }]),
    ("the proxy does not want what the page sends", RECONNECT, OPEN, ended(1009),
        &[Step::CancelWait, RETAIN_PEERS, failed(Failure::TooBig, true), CLOSED]),
    ("an attempt ends without a reason", None, DIALLING, ended(1006),
        &[Step::CancelWait, RETAIN_ALL, Step::GatherFacts]),
    ("an attempt ends as the proxy is full", RECONNECT, DIALLING, ended(4503),
        &[Step::CancelWait, RETAIN_ALL, failed(Failure::Limit, false), Step::Pause { attempt: 1 }]),
    ("nothing is known of the reason", None, ATTEMPT_FAILED, Input::Facts(Fact::Present.number()),
        &[failed(Failure::Unreached, true), CLOSED]),
    ("the reason lasts", RECONNECT, ATTEMPT_FAILED, Input::Facts(Fact::Refused.number()),
        &[failed(Failure::OriginNotAllowed, true), CLOSED]),
    ("the reason may pass", RECONNECT, ATTEMPT_FAILED, Input::Facts(0),
        &[failed(Failure::ProxyNotRunning, false), Step::Pause { attempt: 1 }]),
    ("facts explain why there is no id", None, WAITING, Input::Facts(Fact::Foreign.number()),
        &[Step::Abandon, failed(Failure::VersionMismatch, true), CLOSED]),
    ("facts explain nothing, and the id may come", None, WAITING, Input::Facts(Fact::Present.number()), &[]),
    ("facts come too late", None, OPEN, Input::Facts(0), &[]),
    ("the connection fails", None, OPEN, Input::Broken, &[Step::Wait(100)]),
];

#[test]
fn each_input_leads_to_its_steps() {
    for (what, policy, before, input, expected) in TABLE {
        assert_eq!(after(*policy, before, *input), *expected, "{what}");
    }
}

/// The events of `before` and those that a browser leaves out.
fn with(before: &[Input], more: &[Input]) -> Vec<Input> {
    [before, more].concat()
}

#[test]
fn a_browser_may_tell_no_end() {
    let broken = with(PEERS, &[Input::Broken]);
    let steps = after(None, &broken, AWAKE);
    let expected = [
        Step::Unlisten,
        Step::CancelWait,
        RETAIN_ALL,
        Step::Depart(1),
        Step::Depart(2),
        failed(Failure::Broken, true),
        CLOSED,
    ];
    assert_eq!(steps, expected);
    let barred = after(None, &with(DIALLING, &[Input::Broken]), AWAKE);
    assert_eq!(barred, [Step::Abandon, failed(Failure::Blocked, true), CLOSED]);
}

#[test]
fn a_failure_is_told_once_in_an_outage() {
    let again = with(ATTEMPT_FAILED, &[Input::Facts(0), AWAKE, Input::Located, ended(1006)]);
    assert_eq!(after(RECONNECT, &again, Input::Facts(0)), [Step::Pause { attempt: 2 }]);
    let other = after(RECONNECT, &again, Input::Facts(Fact::Present.number()));
    assert_eq!(other, [failed(Failure::Unreached, false), Step::Pause { attempt: 2 }]);
    let recovered = with(&again, &[Input::Facts(0), AWAKE, Input::Located, Input::Connected, FIRST]);
    let lost = with(&recovered, &[ended(1006), AWAKE, Input::Located, ended(1006)]);
    let told = after(RECONNECT, &lost, Input::Facts(0));
    assert_eq!(told[0], failed(Failure::ProxyNotRunning, false));
}

#[test]
fn only_a_connection_that_lasted_begins_a_new_outage() {
    let next = |lasted| {
        let first = with(OPEN, &[ended(1006), AWAKE, Input::Located, Input::Connected, FIRST]);
        after(RECONNECT, &first, Input::Disconnected { code: 1006, lasted }).pop()
    };
    assert_eq!(next(4999.0), Some(Step::Pause { attempt: 2 }));
    assert_eq!(next(5000.0), Some(Step::Pause { attempt: 1 }));
}

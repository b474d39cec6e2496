//! What the owner of a session does next.

use crate::failure::Failure;
use crate::numbered::numbered;

/// What the owner is to do. An *end* is a code, a reason, and whether it was clean. It follows from the
/// input: the end of the connection where that has ended, what the page gave where the page closes,
/// [`GOING_AWAY`](crate::GOING_AWAY) and clean after a frame, and [`ABNORMAL`](crate::ABNORMAL) and not
/// clean after all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Find the address of the proxy.
    Locate,
    /// Make a connection to that address. If it cannot be made at all, that is a fact.
    Dial,
    /// Send the status request, whose answer has the own id.
    AskStatus,
    /// Wait for so many milliseconds. There is one wait at a time.
    Wait(u16),
    /// Cancel the wait.
    CancelWait,
    /// Close the connection with the code and the reason of the page.
    CloseConnection,
    /// Close the connection, and tell of nothing more of it.
    Abandon,
    /// Tell of nothing more of the connection.
    Unlisten,
    /// Keep what `buffered_amount` counts beyond the end of the connection: for the peers, and for
    /// the channel too if `all`.
    RetainUnsent {
        /// The channel too.
        all: bool,
    },
    /// Gather facts about the way to the proxy.
    GatherFacts,
    /// Forget the own id.
    ClearId,
    /// Take the own id from the frame, send what was queued, and fire `open`.
    Open,
    /// Fire `sync`.
    Sync,
    /// Fire `message` for a broadcast.
    Broadcast,
    /// Fire `message` at the peer's socket.
    Direct,
    /// Fire `error` for a frame that was refused, at the socket that sent it.
    Complain,
    /// Make the socket of a peer with this serial, and fire `connect`.
    Arrive(u32),
    /// Fire `open` at the peer's socket.
    Greet(u32),
    /// Fire `close` at the peer's socket, then `disconnect`.
    Depart(u32),
    /// Fire `error`.
    Fail {
        /// The reason.
        failure: Failure,
        /// The channel ends.
        is_fatal: bool,
    },
    /// Wait for [`delay`](super::Session::delay), or until the network is back or somebody looks at the page,
    /// and fire `reconnecting`.
    Pause {
        /// The number of the attempt after it; the first of an outage is 1.
        attempt: u32,
    },
    /// Tell `Left` when the page's present call has ended, as `close()` never fires an event itself.
    LeaveSoon,
    /// Fire `close`, and forget everything. `is_lost` says that it ends as a lost connection does,
    /// and not as the page has closed it.
    Closed {
        /// With 1006.
        is_lost: bool,
    },
}

numbered! {
    /// What the facade is to do next: client-core/src/session/step.rs says what each means.
    pub enum StepCode {
        /// Nothing more.
        Done = 0,
        /// Find the address of the proxy.
        Locate = 1,
        /// Connect to it.
        Dial = 2,
        /// Send the status request.
        AskStatus = 3,
        /// Wait for so many milliseconds.
        Wait = 4,
        /// Cancel the wait.
        CancelWait = 5,
        /// Close the connection as the page says.
        CloseConnection = 6,
        /// Close the connection, and hear no more of it.
        Abandon = 7,
        /// Hear no more of the connection.
        Unlisten = 8,
        /// Keep what was not sent; with 1, that of the channel too.
        RetainUnsent = 9,
        /// Gather facts.
        GatherFacts = 10,
        /// Forget the own id.
        ClearId = 11,
        /// Fire `open`.
        Open = 12,
        /// Fire `sync`.
        Sync = 13,
        /// Fire `message` at the channel's socket.
        Broadcast = 14,
        /// Fire `message` at the peer's socket.
        Direct = 15,
        /// Fire `error` for a frame that was refused.
        Complain = 16,
        /// Fire `connect` for a new socket with this serial.
        Arrive = 17,
        /// Fire `open` at the peer's socket.
        Greet = 18,
        /// End the socket of the peer with this serial.
        Depart = 19,
        /// Fire `error` for this `Failure`.
        Fail = 20,
        /// The same, and the channel ends.
        FailFatally = 21,
        /// Pause before the attempt with this number.
        Pause = 22,
        /// Tell `Left` when the task has ended.
        LeaveSoon = 23,
        /// Fire `close`; with 1, as for a lost connection.
        Closed = 24,
    }
}

/// The bit of a packed step that says that another one is to be asked for, which may be none.
pub const HAS_MORE: u32 = 64;

/// The factor of the argument in a packed step.
pub const ARGUMENT: u32 = 128;

impl Step {
    /// The step as a number of JavaScript, which is exact up to 2^53: its code in the six lowest bits,
    /// then [`HAS_MORE`], and above that its argument.
    #[must_use]
    pub fn packed(self, has_more: bool) -> f64 {
        let (code, argument) = self.coded();
        let more = if has_more { HAS_MORE } else { 0 };
        f64::from(code.number() | more) + f64::from(ARGUMENT) * f64::from(argument)
    }

    /// The code and its argument.
    fn coded(self) -> (StepCode, u32) {
        let plain = |code| (code, 0);
        match self {
            Self::Locate => plain(StepCode::Locate),
            Self::Dial => plain(StepCode::Dial),
            Self::AskStatus => plain(StepCode::AskStatus),
            Self::Wait(milliseconds) => (StepCode::Wait, u32::from(milliseconds)),
            Self::CancelWait => plain(StepCode::CancelWait),
            Self::CloseConnection => plain(StepCode::CloseConnection),
            Self::Abandon => plain(StepCode::Abandon),
            Self::Unlisten => plain(StepCode::Unlisten),
            Self::RetainUnsent { all } => (StepCode::RetainUnsent, u32::from(all)),
            Self::GatherFacts => plain(StepCode::GatherFacts),
            Self::ClearId => plain(StepCode::ClearId),
            Self::Open => plain(StepCode::Open),
            Self::Sync => plain(StepCode::Sync),
            Self::Broadcast => plain(StepCode::Broadcast),
            Self::Direct => plain(StepCode::Direct),
            Self::Complain => plain(StepCode::Complain),
            Self::Arrive(serial) => (StepCode::Arrive, serial),
            Self::Greet(serial) => (StepCode::Greet, serial),
            Self::Depart(serial) => (StepCode::Depart, serial),
            Self::Fail { failure, is_fatal: false } => (StepCode::Fail, failure.number()),
            Self::Fail { failure, is_fatal: true } => (StepCode::FailFatally, failure.number()),
            Self::Pause { attempt } => (StepCode::Pause, attempt),
            Self::LeaveSoon => plain(StepCode::LeaveSoon),
            Self::Closed { is_lost } => (StepCode::Closed, u32::from(is_lost)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_room_below_the_flag() {
        let codes = StepCode::NUMBERED.members.iter().map(|member| member.number);
        assert!(codes.max().is_some_and(|code| code < HAS_MORE) && HAS_MORE < ARGUMENT);
    }

    #[test]
    fn a_packed_step_has_code_flag_and_argument() {
        let packed = Step::Wait(3000).packed(true);
        assert_eq!(packed, f64::from(StepCode::Wait.number() + HAS_MORE) + 3000.0 * 128.0);
        assert_eq!(Step::Locate.packed(false), f64::from(StepCode::Locate.number()));
        assert!(Step::Depart(u32::MAX).packed(true) < 2_f64.powi(53));
    }
}

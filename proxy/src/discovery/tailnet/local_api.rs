//! Asks a tailscaled for its status, by its LocalAPI: HTTP over a Unix socket.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::body::Bytes;
use http::StatusCode;
use tokio::time::timeout;

use super::status::{State, Status};

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why the machines of the tailnet are not known. It does not change from question to question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unanswered {
    #[error("no tailscaled listens at {}: start it (sudo systemctl start tailscaled), or name its socket with --tailscale-socket", .0.display())]
    Absent(PathBuf),
    #[error("this user may not connect to {}: run nws as a user who may, or name another socket with --tailscale-socket", .0.display())]
    Closed(PathBuf),
    #[error("tailscaled tells this user nothing: sudo tailscale set --operator=USER")]
    Forbidden,
    #[error("{socket} cannot be reached: {1}", socket = .0.display())]
    Unreachable(PathBuf, String),
    #[error("what listens at {} says no status of Tailscale, or one of more than 4 MiB, or too slowly: is it tailscaled?", .0.display())]
    Foreign(PathBuf),
    #[error("this machine is not logged in to a tailnet: sudo tailscale up")]
    LoggedOut,
    #[error("Tailscale is stopped: sudo tailscale up")]
    Stopped,
    #[error("this machine waits to be approved by an admin of the tailnet")]
    Unapproved,
    #[error("another user of this machine uses Tailscale")]
    Taken,
    #[error("tailscaled is starting")]
    Starting,
    #[error(
        "no network interface has an address of the tailnet: start tailscaled without --tun=userspace-networking"
    )]
    NoInterface,
}

impl Unanswered {
    /// The command that helps, if there is one.
    pub(crate) const fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::Absent(_) => Some("sudo systemctl start tailscaled"),
            Self::LoggedOut | Self::Stopped => Some("sudo tailscale up"),
            Self::Forbidden => Some("sudo tailscale set --operator=$USER"),
            Self::Closed(_) | Self::Unreachable(..) | Self::Foreign(_) => Some("tailscale status"),
            Self::Unapproved | Self::Taken | Self::Starting | Self::NoInterface => None,
        }
    }

    /// Gives whether tailscaled says so: then there are no other machines.
    pub(super) const fn is_answer(&self) -> bool {
        !matches!(self, Self::Absent(_) | Self::Closed(_) | Self::Unreachable(..) | Self::Foreign(_))
    }
}

/// Asks the tailscaled that listens at `socket` for the machines of its tailnet.
pub(super) async fn ask(socket: &Path) -> Result<Status, Unanswered> {
    let foreign = || Unanswered::Foreign(socket.to_owned());
    let (code, body) = timeout(PATIENCE, converse(socket)).await.map_err(|_| foreign())??;
    match code {
        StatusCode::OK => {}
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => return Err(Unanswered::Forbidden),
        _ => return Err(foreign()),
    }
    let (state, status) = Status::parse(&body).ok_or_else(foreign)?;
    match state {
        // One that runs has an address.
        State::Running if status.own.is_empty() => Err(foreign()),
        State::Running => Ok(status),
        State::NeedsLogin => Err(Unanswered::LoggedOut),
        State::Stopped => Err(Unanswered::Stopped),
        State::NeedsMachineAuth => Err(Unanswered::Unapproved),
        State::InUseOtherUser => Err(Unanswered::Taken),
        State::Unknown | State::Starting => Err(Unanswered::Starting),
    }
}

#[cfg(unix)]
async fn converse(socket: &Path) -> Result<(StatusCode, Bytes), Unanswered> {
    use axum::body::Body;
    use http::Request;
    use http::header::HOST;

    /// Far more than a tailnet of a thousand machines has, at two kilobytes each.
    const ANSWER_MAX: usize = 4 * 1024 * 1024;

    let foreign = || Unanswered::Foreign(socket.to_owned());
    let stream =
        tokio::net::UnixStream::connect(socket).await.map_err(|error| unconnected(socket, &error))?;
    // tailscaled answers to this host only.
    let request = Request::get("/localapi/v0/status").header(HOST, "local-tailscaled.sock");
    let request = request.body(Body::empty()).map_err(|_| foreign())?;
    crate::http::exchange(stream, request, ANSWER_MAX).await.map_err(|_| foreign())
}

#[cfg(not(unix))]
async fn converse(socket: &Path) -> Result<(StatusCode, Bytes), Unanswered> {
    let unsupported = io::Error::from(io::ErrorKind::Unsupported);
    std::future::ready(Err(unconnected(socket, &unsupported))).await
}

fn unconnected(socket: &Path, error: &io::Error) -> Unanswered {
    let (socket, kind) = (socket.to_owned(), error.kind());
    if [io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused].contains(&kind) {
        Unanswered::Absent(socket)
    } else if kind == io::ErrorKind::PermissionDenied {
        Unanswered::Closed(socket)
    } else {
        Unanswered::Unreachable(socket, error.to_string())
    }
}

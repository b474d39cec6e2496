//! Asks a proxy of this machine what it knows.

use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, FromArgMatches};
use networkwebsockets::{Builder, Channel, Error};
use nws_protocol::{CLIENT_PORT, harmless};
use nws_proxy::{ProxyPlace, Teller, Told, Untold};
use serde_json::{Value, json};

use super::stop::{Status, Stop};

/// How long a proxy has to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Characters of an answer that are shown where it is no proxy's.
const SHOWN: usize = 80;

/// Which proxy is meant.
#[derive(Clone, Debug)]
pub(crate) struct ProxyArgs(ProxyPlace);

#[derive(Debug, Args)]
struct Given {
    /// Port of the proxy
    #[arg(long, env = "NWS_PORT")]
    port: Option<u16>,
    /// Unix socket of the proxy instead, which `nws run --unix PATH` makes
    #[arg(long, value_name = "PATH", env = "NWS_UNIX")]
    unix: Option<PathBuf>,
}

impl Args for ProxyArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        Given::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Given::augment_args_for_update(command)
    }
}

impl FromArgMatches for ProxyArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let is_flag = |name| matches.value_source(name) == Some(ValueSource::CommandLine);
        let (has_port, has_unix) = (is_flag("port"), is_flag("unix"));
        if has_port && has_unix {
            let text = "the argument '--unix <PATH>' cannot be used with '--port <PORT>'\n";
            return Err(clap::Error::raw(ErrorKind::ArgumentConflict, text));
        }
        let Given { port, unix } = Given::from_arg_matches(matches)?;
        // A flag counts before a variable, whatever it names.
        let unix = unix.filter(|_| !has_port);
        if unix.is_some() && !cfg!(unix) {
            let text = "--unix: nws has no Unix socket on this system: use --port\n";
            return Err(clap::Error::raw(ErrorKind::InvalidValue, text));
        }
        Ok(Self(unix.map_or(ProxyPlace::Port(port.unwrap_or(CLIENT_PORT)), ProxyPlace::Socket)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl ProxyArgs {
    /// A channel there, still without a name.
    pub(crate) fn channel(&self) -> Builder {
        match &self.0 {
            #[cfg(unix)]
            ProxyPlace::Socket(path) => Channel::builder().unix(path),
            place => Channel::builder().endpoint(&endpoint(place)),
        }
    }
}

fn endpoint(place: &ProxyPlace) -> String {
    match place {
        ProxyPlace::Port(port) => format!("ws://localhost:{port}/"),
        ProxyPlace::Socket(path) => path.display().to_string(),
    }
}

/// A proxy that is asked, with the token of its start if this user has it.
pub(crate) struct Asked(Teller);

impl Asked {
    pub(crate) fn of(proxy: &ProxyArgs) -> Self {
        Self(Teller::new(proxy.0.clone(), PATIENCE))
    }

    /// Where it is, for people.
    pub(crate) fn address(&self) -> String {
        match self.0.place() {
            ProxyPlace::Port(port) => format!("http://localhost:{port}/"),
            ProxyPlace::Socket(path) => path.display().to_string(),
        }
    }

    /// What `GET /api/v1/<path>` answers.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, Stop> {
        self.judge(self.0.get(path).await).await
    }

    /// What `POST /api/v1/<path>` answers to `{}`.
    pub(crate) async fn post(&self, path: &str) -> Result<Value, Stop> {
        self.judge(self.0.post(path, &json!({})).await).await
    }

    /// Asks for a change by `POST /api/v1/<path>`. Gives the answer, or why the proxy does not do it.
    pub(crate) async fn change(
        &self,
        path: &str,
        body: &Value,
    ) -> Result<Result<Value, (Status, String)>, Stop> {
        let told = self.0.post(path, body).await;
        if let Ok(told) = &told
            && let Some(status) = refused_with(told.status.as_u16())
            && let Some(reason) = told.json::<Value>().and_then(|it| it["error"].as_str().map(harmless))
            && self.is_proxy().await?
        {
            return Ok(Err((status, reason)));
        }
        self.judge(told).await.map(Ok)
    }

    async fn judge(&self, told: Result<Told, Untold>) -> Result<Value, Stop> {
        let told = told.map_err(|untold| self.without_answer(untold))?;
        match told.status.as_u16() {
            200 => told.json().ok_or_else(|| self.foreign("an answer that is no JSON")),
            401 => Err(self.no_token()),
            _ if !self.is_proxy().await? => Err(self.foreign(&format!("HTTP status {}", told.status))),
            404 => Err(Error::VersionMismatch.into()),
            number => Err(self.refusal(number, &told)),
        }
    }

    /// Gives whether a proxy answers, of whatever version.
    async fn is_proxy(&self) -> Result<bool, Stop> {
        let told = self.0.status().await.map_err(|untold| self.without_answer(untold))?;
        Ok(told.json::<Value>().is_some_and(|status| status["service"] == "networkwebsockets"))
    }

    fn without_answer(&self, untold: Untold) -> Stop {
        let endpoint = endpoint(self.0.place());
        match untold {
            Untold::Nobody(_) => Error::ProxyNotRunning { endpoint }.into(),
            Untold::Foreign(_, reason) => self.foreign(&reason),
            Untold::Silent(..) | Untold::Unreachable(..) => {
                Stop::Failure(Status::NoProxy, format!("{untold}: a proxy that hangs is to be started anew"))
            }
        }
    }

    /// What a proxy says that does not do it.
    fn refusal(&self, number: u16, told: &Told) -> Stop {
        let endpoint = endpoint(self.0.place());
        let said = told.json::<Value>().unwrap_or_default();
        let said = shown(said["error"].as_str().unwrap_or_default());
        let (status, what) = match number {
            403 => (Status::Refused, "refuses this"),
            503 => (Status::NoProxy, "cannot answer now"),
            _ => (Status::Failed, "has failed"),
        };
        Stop::Failure(
            status,
            format!("the proxy at {endpoint} {what}: {number} {said}").trim_end().to_owned(),
        )
    }

    fn foreign(&self, answer: &str) -> Stop {
        Error::NotAProxy { endpoint: endpoint(self.0.place()), answer: shown(answer) }.into()
    }

    /// Only those who have it may do this.
    pub(crate) fn no_token(&self) -> Stop {
        let place = self.0.place();
        let instead = match place {
            ProxyPlace::Port(_) => format!(" ({} shows what needs none)", self.address()),
            ProxyPlace::Socket(_) => String::new(),
        };
        Stop::Failure(
            Status::Refused,
            format!(
                "the token of the proxy at {place} is not to be had: it is for the user who has started the proxy{instead}"
            ),
        )
    }
}

/// The exit status for an answer that gives its reason to the user.
const fn refused_with(number: u16) -> Option<Status> {
    match number {
        400 | 409 => Some(Status::Refused),
        500 => Some(Status::Failed),
        _ => None,
    }
}

/// The beginning of what others say.
fn shown(text: &str) -> String {
    harmless(&text.chars().take(SHOWN).collect::<String>())
}

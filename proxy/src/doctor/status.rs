//! Asks the proxy of this machine for its `/status`.

use http::header::ORIGIN;
use serde::Deserialize;

use super::PATIENCE;
use crate::proxy_place::ProxyPlace;
use crate::teller::{Question, Teller, Untold};

/// What `/status` says.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Status {
    service: String,
    pub(super) protocol: u32,
    pub(super) origin: String,
    pub(super) page: Option<String>,
}

/// The program at the port of clients.
#[derive(Clone, Debug)]
pub(super) enum Program {
    /// A proxy.
    Proxy(Status),
    /// Another program, and how it answers.
    Other(String),
    /// Nobody listens.
    Nobody,
    /// The system lets nobody connect there.
    Unreachable(String),
}

/// Asks, as a page of `origin` if there is one.
pub(super) async fn ask(place: &ProxyPlace, origin: Option<&str>) -> Program {
    let question = Question::get("/status");
    let question = match origin {
        Some(origin) => question.with(ORIGIN, origin.to_owned()),
        None => question,
    };
    match Teller::new(place.clone(), PATIENCE).tell(&question).await {
        Ok(told) => match told.json::<Status>() {
            Some(status) if status.service == "networkwebsockets" => Program::Proxy(status),
            _ => Program::Other(format!("it answers GET /status with {}, not as a proxy does", told.status)),
        },
        Err(Untold::Nobody(_)) => Program::Nobody,
        Err(Untold::Unreachable(_, reason)) => Program::Unreachable(reason),
        Err(Untold::Foreign(_, reason)) => Program::Other(reason),
        Err(Untold::Silent(..)) => Program::Other("it does not answer GET /status in time".to_owned()),
    }
}

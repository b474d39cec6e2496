//! Asks a proxy of this machine, as its user: for `nws status`, `nws peers`, `nws console` and `nws doctor`.

mod exchange;

use std::collections::BTreeSet;
use std::fs;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderName, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::RuntimeFolder;
use crate::proxy_place::ProxyPlace;

/// A proxy of this machine, and the token of its start if this user has it.
#[derive(Debug)]
pub struct Teller {
    place: ProxyPlace,
    patience: Duration,
    /// The token that was taken last.
    token: Mutex<Option<String>>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    method: Method,
    path: String,
    headers: Vec<(HeaderName, String)>,
    body: String,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Told {
    /// The status of HTTP.
    pub status: StatusCode,
    /// The body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untold {
    /// Nobody listens there.
    #[error("nobody listens at {0}")]
    Nobody(ProxyPlace),
    /// The system lets nobody connect there.
    #[error("{0} cannot be reached: {1}")]
    Unreachable(ProxyPlace, String),
    /// A program listens there and says nothing in time.
    #[error("what listens at {0} has not answered within {time} s", time = .1.as_secs_f64())]
    Silent(ProxyPlace, Duration),
    /// What the program there says is no HTTP.
    #[error("what listens at {0} does not answer as a proxy does: {1}")]
    Foreign(ProxyPlace, String),
}

impl Teller {
    /// Asks the proxy at `place`, which may take so long for each answer.
    #[must_use]
    pub const fn new(place: ProxyPlace, patience: Duration) -> Self {
        Self { place, patience, token: Mutex::new(None) }
    }

    /// Where it asks.
    #[must_use]
    pub const fn place(&self) -> &ProxyPlace {
        &self.place
    }

    /// What `GET` answers at a path of the API, such as `proxy`.
    ///
    /// # Errors
    ///
    /// Fails when there is no answer.
    pub async fn get(&self, path: &str) -> Result<Told, Untold> {
        self.ask(&Question::get(&format!("/api/v1/{path}"))).await
    }

    /// What `POST` with a body of JSON answers at a path of the API.
    ///
    /// # Errors
    ///
    /// Fails when there is no answer.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Told, Untold> {
        self.ask(&Question::post(&format!("/api/v1/{path}"), body)).await
    }

    /// What `GET /status` answers.
    ///
    /// # Errors
    ///
    /// Fails when there is no answer.
    pub async fn status(&self) -> Result<Told, Untold> {
        self.tell(&Question::get("/status")).await
    }

    /// Asks with the token that the proxy takes, or with none if it takes none that this user has.
    /// A proxy that has started anew has another one, and one that was killed has left its own: so
    /// all that there are now are tried.
    async fn ask(&self, question: &Question) -> Result<Told, Untold> {
        let mut tried = BTreeSet::new();
        if let Some(token) = self.kept() {
            let told = self.tell(&question.with_token(&token)).await?;
            if told.status != StatusCode::UNAUTHORIZED {
                return Ok(told);
            }
            tried.insert(token);
        }
        for token in self.found().await {
            if !tried.insert(token.clone()) {
                continue;
            }
            let told = self.tell(&question.with_token(&token)).await?;
            if told.status != StatusCode::UNAUTHORIZED {
                self.keep(Some(token));
                return Ok(told);
            }
        }
        self.keep(None);
        self.tell(question).await
    }

    /// What it answers to exactly this.
    pub(crate) async fn tell(&self, question: &Question) -> Result<Told, Untold> {
        exchange::with(&self.place, question, self.patience).await
    }

    /// All tokens that this user can read and that may be the right one.
    async fn found(&self) -> Vec<String> {
        let port = match &self.place {
            ProxyPlace::Port(port) => Some(*port),
            ProxyPlace::Socket(_) => self.port_of_socket().await,
        };
        let place = port.map_or_else(|| self.place.clone(), ProxyPlace::Port);
        let files = RuntimeFolder::token_files(&place);
        files.iter().filter_map(|path| fs::read_to_string(path).ok()).collect()
    }

    /// The port that the proxy at a socket has too, if it has one: that names the file.
    async fn port_of_socket(&self) -> Option<u16> {
        let told = self.tell(&Question::get("/api/v1/proxy")).await.ok()?;
        told.json::<Value>()?["port"].as_u64()?.try_into().ok()
    }

    fn kept(&self) -> Option<String> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, token: Option<String>) {
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }
}

impl Question {
    pub(crate) fn get(path: &str) -> Self {
        Self { method: Method::GET, path: path.to_owned(), headers: Vec::new(), body: String::new() }
    }

    fn post(path: &str, body: &Value) -> Self {
        Self { method: Method::POST, body: body.to_string(), ..Self::get(path) }
    }

    pub(crate) fn with(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    fn with_token(&self, token: &str) -> Self {
        self.clone().with(AUTHORIZATION, format!("Bearer {token}"))
    }
}

impl Told {
    /// The body, if it is JSON of this form.
    #[must_use]
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }
}

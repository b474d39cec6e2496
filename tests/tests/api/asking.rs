//! Asks the API of a proxy.

use anyhow::{Context, Result, ensure};
use nws_tests::{Proxy, Request, Response, within};
use serde_json::{Value, json};

/// Someone who has the token of a start, or not.
pub(crate) struct Asking<'a> {
    proxy: &'a Proxy,
    token: Option<String>,
}

impl<'a> Asking<'a> {
    pub(crate) fn with_token(proxy: &'a Proxy) -> Result<Self> {
        Ok(Self { proxy, token: Some(proxy.token()?) })
    }

    pub(crate) fn without_token(proxy: &'a Proxy) -> Self {
        Self { proxy, token: None }
    }

    /// What `GET /api/v1/<path>` answers.
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        let response = self.send(Request::get(&format!("/api/v1/{path}"))).await?;
        ensure!(response.status == 200, "{path}: {response:?}");
        ensure!(response.header("cache-control") == Some("no-store"), "{path}: {response:?}");
        serde_json::from_str(&response.body).context("an answer that is no JSON")
    }

    /// The rows of a list.
    pub(crate) async fn rows(&self, path: &str) -> Result<Vec<Value>> {
        let list = self.get(path).await?;
        let rows = list["rows"].as_array().context("a list without rows")?.clone();
        ensure!(list["total"] == rows.len(), "{list}");
        Ok(rows)
    }

    /// The only row of a list.
    pub(crate) async fn row(&self, path: &str) -> Result<Value> {
        let rows = self.rows(path).await?;
        ensure!(rows.len() == 1, "one row was expected: {rows:?}");
        Ok(rows[0].clone())
    }

    /// Asks until the answer is as it has to be.
    pub(crate) async fn until(&self, path: &str, is_so: impl Fn(&Value) -> bool) -> Result<Value> {
        within(path, async {
            loop {
                let answer = self.get(path).await?;
                if is_so(&answer) {
                    return Ok(answer);
                }
            }
        })
        .await?
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Result<Response> {
        self.send(Request::post(&format!("/api/v1/{path}"), body.to_string())).await
    }

    /// Names a row in a `POST`.
    pub(crate) async fn act_on(&self, path: &str, row: &Value) -> Result<u16> {
        Ok(self.post(path, json!({"id": row["id"]})).await?.status)
    }

    pub(crate) async fn send(&self, request: Request) -> Result<Response> {
        let request = match &self.token {
            Some(token) => request.header("Authorization", format!("Bearer {token}")),
            None => request,
        };
        request.send(self.proxy).await
    }
}
